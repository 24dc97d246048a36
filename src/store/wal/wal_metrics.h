#pragma once

#include <string_view>

#include "base/metrics.h"

namespace tomograph {

/// What a write-ahead log and its replay count.
struct WalMetrics {
    /// prefix  of the names: "tomograph_store_"; labels go with each
    WalMetrics(MetricsRegistry& registry, std::string_view prefix, const Labels& labels);

    Counter& wal_frames;
    Counter& wal_bytes;
    Counter& wal_segments;
    Counter& wal_failures;
    Histogram& wal_sync_seconds;
    Histogram& wal_group_appends;
    Gauge& wal_queue_bytes;
    Gauge& wal_file_bytes;

    Counter& refused_queue;
    Counter& refused_memory;
    Counter& refused_disk;
    Counter& refused_read_only;
    Counter& refused_starting;
    Counter& refused_closing;
    Gauge& read_only;

    Counter& replay_damaged_bytes;
    Counter& replay_lost_documents;
    Counter& replay_unreadable;
    Gauge& replay_seconds;

 private:
    template <class Make>
    explicit WalMetrics(Make make);
};

}  // namespace tomograph
