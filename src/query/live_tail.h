#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "query/query_context.h"
#include "trace/predicate_match.h"
#include "trace/summary.h"

namespace tomograph {

/// Shows traces to whoever watches as they come in: a trace is told when no document of it came for
/// tail_quiet_time, or it is tail_wait_max old; and again, as an update, when more comes later.
///
/// Costs nothing while nobody watches; else each trace is read once for all watchers.
/// threads  note() any; watch() any; tick() one
class LiveTail {
 public:
    struct Told {
        TraceSummary summary;
        bool is_update = false;
    };
    struct Tick {
        std::vector<const Told*> traces;  ///< those that match; borrowed for the call
        std::uint64_t lost = 0;           ///< traces that came faster than they could be looked at
    };
    /// Called in each tick, also when nothing came. False: watches no longer.
    using Watcher = std::function<bool(const Tick&)>;

    LiveTail(TraceStore& store, const Clock& clock, QueryMetrics& metrics);

    bool is_watched() const { return is_watched_.load(std::memory_order_relaxed); }
    /// Documents of these traces can be read now.
    void note(std::span<const TraceId> traces);
    /// predicate  null: every trace
    /// errors     unavailable  tail_watchers_max watch already
    Result<void> watch(SharedPredicate predicate, Watcher watcher);
    /// Looks at the traces that are due. To be called some times a second.
    void tick();

 private:
    struct Seen {
        Duration first;
        Duration last;
    };
    struct Incoming {
        std::unordered_map<TraceId, Seen> traces;
        std::uint64_t lost = 0;
    };
    struct Watching {
        std::shared_ptr<const TraceMatcher> matcher;  ///< null: every trace
        Watcher call;
        Tick tick{};
    };

    std::vector<TraceId> take_due(std::uint64_t& lost);
    void read(std::span<const TraceId> ids, std::list<Told>& told);
    void show(const StoredTrace& stored, std::list<Told>& told);
    bool remember(TraceId id);
    void take_new_watchers();
    void tell_watchers(std::uint64_t lost);

    TraceStore& store_;
    const Clock& clock_;
    QueryMetrics& metrics_;
    std::atomic<bool> is_watched_{false};
    Guarded<Incoming> incoming_;
    struct NewWatchers {
        std::vector<Watching> waiting;
        std::size_t watchers = 0;  ///< all there are
    };
    Guarded<NewWatchers> new_watchers_;
    // Of tick() only:
    std::vector<Watching> watching_;
    std::deque<TraceId> told_order_;
    std::unordered_set<TraceId> told_;
};

}  // namespace tomograph
