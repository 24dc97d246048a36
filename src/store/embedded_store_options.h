#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/predicate.h"
#include "store/keys/master_keys.h"
#include "store/limits.h"
#include "store/store_neighbour.h"

namespace tomograph {

class GroupSource;
class MatchSource;
class Signal;
std::shared_ptr<MatchSource> make_column_judge(const Predicate& predicate);

struct EmbeddedStoreOptions {
    std::string directory;

    /// Null: no encryption; a directory that has some is then not opened.
    std::shared_ptr<const MasterKeys> master_keys;

    /// Threads of its own for the log, maintenance and merges. false: append() writes before it
    /// returns, open() replays before it returns, the rest happens in tick(); for tests that own
    /// every call.
    bool background = true;

    /// Of the machine's time, whatever the store's clock says.
    Duration maintenance_interval = tomograph::maintenance_interval;

    std::uint64_t wal_segment_bytes = tomograph::wal_segment_bytes;
    std::uint64_t wal_first_segment_bytes = tomograph::wal_first_segment_bytes;
    std::uint64_t wal_queue_bytes_max = tomograph::wal_queue_bytes_max;

    std::uint32_t trace_spans_max = tomograph::trace_spans_max;
    std::uint64_t trace_bytes_max = tomograph::trace_bytes_max;
    std::uint64_t open_bytes_max = tomograph::open_bytes_max;

    Duration seal_idle_complete = tomograph::seal_idle_complete;
    Duration seal_idle = tomograph::seal_idle;
    Duration seal_open_max = tomograph::seal_open_max;
    Duration seal_wal_age_max = tomograph::seal_wal_age_max;
    Duration flush_interval = tomograph::flush_interval;
    std::uint64_t flush_spans = tomograph::flush_spans;

    std::size_t merge_fan_in = tomograph::merge_fan_in;
    std::uint64_t merge_spans_max = tomograph::merge_spans_max;
    std::uint64_t section_cache_bytes = tomograph::section_cache_bytes;

    /// Makes what judges traces without reading them (engine/search/match_source.h), for each
    /// search. Empty, or null for some predicate: every trace is read.
    std::function<std::shared_ptr<MatchSource>(const Predicate&)> match_source = make_column_judge;

    Duration retention_age = tomograph::retention_age;  ///< zero or less: for ever
    Duration summary_age{};  ///< of the default class: then documents become summaries; zero: never
    std::uint64_t disk_budget_bytes = 0;  ///< of parts; 0: what the disk has
    std::uint64_t disk_free_min_bytes = tomograph::disk_free_min_bytes;
    double disk_free_min_share = tomograph::disk_free_min_share;

    Duration rollup_minute_age = tomograph::rollup_minute_age;
    Duration rollup_five_minutes_age = tomograph::rollup_five_minutes_age;
    Duration rollup_age = tomograph::rollup_age;  ///< zero or less: for ever

    /// The groups that traces are counted in; null: only that of all traces.
    std::shared_ptr<const GroupSource> groups;

    /// Opened and backed up with the store.
    std::vector<StoreNeighbour> neighbours;
    /// Opened, backed up and closed with the store, which they outlive.
    std::vector<Signal*> signals;
};

}  // namespace tomograph
