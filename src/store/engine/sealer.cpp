#include "store/engine/sealer.h"

#include <algorithm>
#include <limits>

namespace tomograph {
namespace {

// A flush takes seconds, in which more comes: it begins with a quarter of the budget to spare, and
// makes room for another one.
constexpr std::uint64_t begin_quarters = 3;
constexpr std::uint64_t keep_quarters = 2;

/// Nothing was last heard of then.
constexpr Duration never{std::numeric_limits<std::int64_t>::min()};

}  // namespace

OpenTracesDue Sealer::due(Duration now, Lsn wal_old) const {
    const EmbeddedStoreOptions& options = core_.options;
    return {.opened = now - options.seal_open_max,
            .quiet = now - options.seal_idle,
            .quiet_finished = now - std::min(options.seal_idle_complete, options.seal_idle),
            .pinned = wal_old};
}

SealReason Sealer::reason(const OpenTrace& trace, Duration now, Lsn wal_old) const {
    const EmbeddedStoreOptions& options = core_.options;
    const Duration idle = now - trace.last_at;
    if (trace.lsn_min <= wal_old) return SealReason::wal;
    if (now - trace.first_at >= options.seal_open_max) return SealReason::age;
    if (idle >= options.seal_idle) return SealReason::idle;
    if (idle >= options.seal_idle_complete && !trace.is_unfinished()) return SealReason::complete;
    return SealReason::none;
}

void Sealer::count(SealReason reason) {
    StoreMetrics& metrics = core_.metrics;
    switch (reason) {
        case SealReason::none:
            return;
        case SealReason::closing:
            return metrics.sealed_closing.add();
        case SealReason::memory:
            return metrics.sealed_memory.add();
        case SealReason::wal:
            return metrics.sealed_wal.add();
        case SealReason::age:
            return metrics.sealed_age.add();
        case SealReason::idle:
            return metrics.sealed_idle.add();
        case SealReason::complete:
            return;  // counted by the flusher, which finds out
    }
}

Sealer::Ready Sealer::count_ready(Lsn wal_old) const {
    Ready ready;
    core_.open.visit_due(due(core_.clock.monotonic(), wal_old), [&](const OpenTrace& trace) {
        ++ready.traces;
        ready.spans += trace.spans;
        return ready.spans < core_.options.flush_spans;
    });
    return ready;
}

bool Sealer::is_over_budget() const {
    return core_.open.bytes() > core_.options.open_bytes_max / 4 * begin_quarters;
}

Duration Sealer::memory_cutoff(Duration now, Lsn wal_old) const {
    std::uint64_t bytes = core_.open.bytes();
    const auto take = [&](const OpenTrace& trace) { bytes -= std::min(bytes, trace.bytes); };
    core_.open.visit_due(due(now, wal_old), [&](const OpenTrace& trace) {
        take(trace);
        return true;
    });
    const std::uint64_t keep = core_.options.open_bytes_max / 4 * keep_quarters;
    Duration cutoff = never;
    core_.open.visit_quietest([&](const OpenTrace& trace) {
        if (bytes <= keep) return false;
        if (reason(trace, now, wal_old) != SealReason::none) return true;
        take(trace);
        cutoff = trace.last_at;
        return true;
    });
    return cutoff;
}

ReadyTraces Sealer::take_ready(Lsn wal_old, bool everything) {
    const Duration now = core_.clock.monotonic();
    ReadyTraces ready;
    const auto take = [&](const OpenTrace& trace, SealReason why) {
        ready.push_back(trace);
        ready.back().only_if_complete = why == SealReason::complete;
        if (why != SealReason::complete) count(why);
    };
    if (everything) {
        core_.open.visit([&](const OpenTrace& trace) { take(trace, SealReason::closing); });
        return ready;
    }
    const Duration cutoff = is_over_budget() ? memory_cutoff(now, wal_old) : never;
    OpenTracesDue limits = due(now, wal_old);
    limits.quiet = std::max(limits.quiet, cutoff);
    limits.quiet_finished = std::max(limits.quiet_finished, cutoff);
    core_.open.visit_due(limits, [&](const OpenTrace& trace) {
        const SealReason why = reason(trace, now, wal_old);
        take(trace, why == SealReason::none ? SealReason::memory : why);
        return true;
    });
    return ready;
}

}  // namespace tomograph
