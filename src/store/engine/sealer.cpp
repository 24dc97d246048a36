#include "store/engine/sealer.h"

#include <algorithm>
#include <limits>

namespace tomograph {
namespace {

// A flush takes seconds, in which more comes: it begins with a quarter of the budget to spare, and
// makes room for another one.
constexpr std::uint64_t begin_quarters = 3;
constexpr std::uint64_t keep_quarters = 2;

}  // namespace

SealReason Sealer::reason(const OpenTrace& trace, Duration now, Lsn wal_old) const {
    const EmbeddedStoreOptions& options = core_.options;
    const Duration idle = now - trace.last_at;
    if (trace.lsn_min <= wal_old) return SealReason::wal;
    if (now - trace.first_at >= options.seal_open_max) return SealReason::age;
    if (idle >= options.seal_idle) return SealReason::idle;
    if (idle >= options.seal_idle_complete && trace.unfinished_version != trace.version)
        return SealReason::complete;
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
    const Duration now = core_.clock.monotonic();
    Ready ready;
    core_.open.visit([&](const OpenTrace& trace) {
        if (reason(trace, now, wal_old) == SealReason::none) return;
        ++ready.traces;
        ready.spans += trace.spans;
    });
    return ready;
}

bool Sealer::is_over_budget() const {
    return core_.open.bytes() > core_.options.open_bytes_max / 4 * begin_quarters;
}

Duration Sealer::memory_cutoff(Duration now, Lsn wal_old) const {
    struct Waiting {
        Duration last_at;
        std::uint64_t bytes;
    };
    std::vector<Waiting> waiting;
    std::uint64_t bytes = core_.open.bytes();
    core_.open.visit([&](const OpenTrace& trace) {
        if (reason(trace, now, wal_old) == SealReason::none)
            waiting.push_back({trace.last_at, trace.bytes});
        else
            bytes -= std::min(bytes, trace.bytes);
    });
    std::sort(waiting.begin(), waiting.end(),
              [](const auto& a, const auto& b) { return a.last_at < b.last_at; });
    const std::uint64_t keep = core_.options.open_bytes_max / 4 * keep_quarters;
    Duration cutoff{std::numeric_limits<std::int64_t>::min()};
    for (const Waiting& trace : waiting) {
        if (bytes <= keep) break;
        bytes -= std::min(bytes, trace.bytes);
        cutoff = trace.last_at;
    }
    return cutoff;
}

std::vector<OpenTrace> Sealer::take_ready(Lsn wal_old, bool everything) {
    const Duration now = core_.clock.monotonic();
    // Two looks at light rows are much cheaper than one that copies every open trace to sort it.
    const Duration cutoff = !everything && is_over_budget()
                                ? memory_cutoff(now, wal_old)
                                : Duration{std::numeric_limits<std::int64_t>::min()};
    std::vector<OpenTrace> ready;
    core_.open.visit([&](const OpenTrace& trace) {
        SealReason why = everything ? SealReason::closing : reason(trace, now, wal_old);
        if (why == SealReason::none && trace.last_at <= cutoff) why = SealReason::memory;
        if (why == SealReason::none) return;
        ready.push_back(trace);
        ready.back().only_if_complete = why == SealReason::complete;
        if (why != SealReason::complete) count(why);
    });
    return ready;
}

}  // namespace tomograph
