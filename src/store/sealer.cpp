#include "store/sealer.h"

#include <algorithm>

#include "store/open_graph.h"

namespace tomograph {
namespace {

// Sealing a quarter at once keeps the parts from becoming many and small.
constexpr std::uint64_t memory_keep_quarters = 3;

}  // namespace

SealReason Sealer::reason(const OpenTrace& trace, Duration now, Lsn wal_old) const {
    const EmbeddedStoreOptions& options = core_.options;
    const Duration idle = now - trace.last_at;
    if (trace.lsn_min <= wal_old) return SealReason::wal;
    if (now - trace.first_at >= options.seal_open_max) return SealReason::age;
    if (idle >= options.seal_idle) return SealReason::idle;
    if (idle >= options.seal_idle_complete && trace.is_described() && trace.root_is_complete)
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
            return metrics.sealed_complete.add();
    }
}

Result<Sealer::Ready> Sealer::count_ready(Lsn wal_old) {
    const Duration now = core_.clock.monotonic();
    std::vector<OpenTrace> unknown;
    core_.open.visit([&](const OpenTrace& trace) {
        if (!trace.is_described() && now - trace.last_at >= core_.options.seal_idle_complete)
            unknown.push_back(trace);
    });
    for (const OpenTrace& trace : unknown) {
        // One at a time: readers of the graph wait for the same lock.
        const std::lock_guard refresh(core_.refresh);
        const auto current = core_.open.find(trace.id);
        if (current && !current->is_described()) TRY(describe_trace(core_, assembly_, *current));
    }
    Ready ready;
    core_.open.visit([&](const OpenTrace& trace) {
        if (reason(trace, now, wal_old) == SealReason::none) return;
        ++ready.traces;
        ready.spans += trace.spans;
    });
    return ready;
}

std::vector<OpenTrace> Sealer::take_ready(Lsn wal_old, bool everything) {
    const Duration now = core_.clock.monotonic();
    const bool is_over = core_.open.bytes() > core_.options.open_bytes_max;
    std::vector<OpenTrace> ready;
    std::vector<OpenTrace> waiting;
    std::uint64_t bytes = core_.open.bytes();
    core_.open.visit([&](const OpenTrace& trace) {
        const SealReason why = everything ? SealReason::closing : reason(trace, now, wal_old);
        count(why);
        if (why != SealReason::none) {
            ready.push_back(trace);
            bytes -= std::min(bytes, trace.bytes);
        } else if (is_over) {
            waiting.push_back(trace);
        }
    });
    const std::uint64_t keep = core_.options.open_bytes_max / 4 * memory_keep_quarters;
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
