#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/guarded.h"
#include "store/log_store.h"

namespace tomograph {

/// Shows lines to whoever follows, in the order of their time, as they come in. Costs nothing while
/// nobody does; else one search of what came since the last tick for each.
/// threads  watch() any; tick() one
class LogTail {
 public:
    struct Tick {
        std::vector<FoundLog> lines;  ///< oldest first
        bool has_lost = false;        ///< more lines came than are told
    };
    /// Called in each tick, also when nothing came. False: follows no longer.
    using Watcher = std::function<bool(Tick)>;

    explicit LogTail(LogStore& logs) : logs_(logs) {}

    /// query   time, page and limit are not looked at: what comes from now on, whatever its time
    /// errors  unavailable  log_watchers_max follow already
    Result<void> watch(LogQuery query, Watcher watcher);
    /// To be called some times a second.
    void tick();

 private:
    struct Watching {
        LogQuery query;
        Watcher call;
    };
    struct State {
        std::vector<Watching> waiting;
        std::size_t watchers = 0;
    };

    LogStore& logs_;
    Guarded<State> state_;
    std::vector<Watching> watching_;  ///< of tick() only
};

inline constexpr std::size_t log_watchers_max = 32;
/// Of one watcher in one tick; the oldest of more are lost.
inline constexpr std::size_t log_tail_lines_max = 500;

}  // namespace tomograph
