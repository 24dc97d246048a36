#pragma once

#include "store/engine/store_core.h"

namespace tomograph {

/// Why a trace is ready to go into a part, strongest first.
enum class SealReason { none, closing, memory, wal, age, idle, complete };

/// Decides which open traces are ready:
///
///   complete   idle for 10 s, the entry and all else came to an end
///   idle       idle for 30 s
///   age        open for 60 s
///   wal        it pins a log segment that was closed 2 min ago
///   memory     the open traces are over 3/4 of their budget: the idlest go until they are at half
///   of it
///
/// By the monotonic clock. For the thread that maintains the store.
class Sealer {
 public:
    explicit Sealer(StoreCore& core) : core_(core) {}

    struct Ready {
        std::uint64_t traces = 0;
        std::uint64_t spans = 0;
    };
    /// How much is ready now, with what may be complete; counted no further than to a flush's worth
    /// of spans.
    Ready count_ready(Lsn wal_old) const;
    /// The open traces are over their budget, or soon will be.
    bool is_over_budget() const;

    /// The ready traces, counted by reason. `everything`: all, for closing. Those that may be
    /// complete have only_if_complete: whoever writes them reads them anyway and decides.
    ReadyTraces take_ready(Lsn wal_old, bool everything);

 private:
    OpenTracesDue due(Duration now, Lsn wal_old) const;
    SealReason reason(const OpenTrace& trace, Duration now, Lsn wal_old) const;
    /// Traces quiet since then or longer must go for the others to have room.
    Duration memory_cutoff(Duration now, Lsn wal_old) const;
    void count(SealReason reason);

    StoreCore& core_;
};

}  // namespace tomograph
