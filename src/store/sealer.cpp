#include "store/sealer.h"

#include <algorithm>

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

std::vector<OpenTrace> Sealer::take_ready(Lsn wal_old, bool everything) {
    const Duration now = core_.clock.monotonic();
    const bool is_over = is_over_budget();
    std::vector<OpenTrace> ready;
    std::vector<OpenTrace> waiting;
    std::uint64_t bytes = core_.open.bytes();
    core_.open.visit([&](const OpenTrace& trace) {
        const SealReason why = everything ? SealReason::closing : reason(trace, now, wal_old);
        if (why != SealReason::none) {
            ready.push_back(trace);
            ready.back().only_if_complete = why == SealReason::complete;
            if (why != SealReason::complete) count(why);
            bytes -= std::min(bytes, trace.bytes);
        } else if (is_over) {
            waiting.push_back(trace);
        }
    });
    const std::uint64_t keep = core_.options.open_bytes_max / 4 * keep_quarters;
    std::sort(waiting.begin(), waiting.end(),
              [](const auto& a, const auto& b) { return a.last_at < b.last_at; });
    for (OpenTrace& trace : waiting) {
        if (bytes <= keep) break;
        bytes -= std::min(bytes, trace.bytes);
        count(SealReason::memory);
        ready.push_back(std::move(trace));
    }
    return ready;
}

}  // namespace tomograph
