#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/guarded.h"
#include "base/metrics.h"
#include "model/ids.h"

namespace tomograph {

/// Texts of finished summaries, least recently used out first. Making one costs 55 us, most of it
/// for reading documents that will not change again; docs/decisions/014-summaries-kept-as-text.md.
///
/// An entry answers for one stamp of its trace (StoredTrace::stamp). Only what no later moment
/// changes is put: of a partial trace the summary depends on the clock.
///
/// Threads: any.
class SummaryCache {
 public:
    SummaryCache(MetricsRegistry& registry, std::size_t bytes_max);

    using Text = std::shared_ptr<const std::string>;

    /// Null: it is to be made. A text of another stamp is forgotten: the trace has changed.
    Text find(TraceId id, std::uint64_t stamp);
    void put(TraceId id, std::uint64_t stamp, Text text);
    /// Forgets all: what was taken out of the store must not stay in memory.
    void clear();

 private:
    struct Entry {
        TraceId id;
        std::uint64_t stamp = 0;
        Text text;
    };
    struct State {
        std::list<Entry> entries;  // most recently used first
        std::unordered_map<TraceId, std::list<Entry>::iterator> places;
        std::size_t bytes = 0;
    };
    void erase(State& state, std::list<Entry>::iterator entry);
    static std::size_t bytes_of(const Entry& entry);

    Counter& hits_;
    Counter& misses_;
    Gauge& bytes_;
    const std::size_t bytes_max_;
    Guarded<State> state_;
};

}  // namespace tomograph
