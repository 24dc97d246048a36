#pragma once

#include "base/metrics.h"
#include "store/wal/wal_metrics.h"

namespace tomograph {

/// Everything that the embedded store counts. `callback` gauges (open traces, parts, …) are set by
/// tick().
struct StoreMetrics : WalMetrics {
    explicit StoreMetrics(MetricsRegistry& registry);

    // accepted
    Counter& documents;
    Counter& documents_duplicate;   ///< changed nothing: an equal or better version was there
    Counter& documents_over_limit;  ///< their trace has its limit
    Counter& documents_too_large;
    Counter& telemetry_records;
    Counter& telemetry_dropped;  ///< the day's file is full

    // open traces
    Gauge& open_traces;
    Gauge& open_bytes;
    Counter& sealed_complete;
    Counter& sealed_idle;
    Counter& sealed_age;
    Counter& sealed_memory;
    Counter& sealed_wal;
    Counter& sealed_closing;
    Counter& late_fragments;
    Counter& places_forgotten;  ///< traces that moved while they were listed, beyond the bound

    // parts
    Gauge& parts;
    Gauge& part_bytes;
    Counter& flushes;
    Counter& flush_failures;
    Histogram& flush_seconds;
    Counter& merges;
    Counter& merge_failures;
    Histogram& merge_seconds;
    Counter& damaged_reads;
    Counter& parts_expired_age;
    Counter& parts_expired_budget;
    Gauge& growth_bytes;  ///< of parts, a day
    Gauge& full_time;     ///< when the room for parts ends; 0: not foreseen
    Gauge& pinned_traces;
    Counter& redacted_traces;
    Counter& reevaluated_parts;
    Counter& summary_parts;
    Counter& summary_spans;
    Counter& summary_freed_bytes;
    Gauge& cache_bytes;
    Gauge& merge_running;
    Counter& scrubs;
    Counter& scrub_damaged;
    Histogram& scrub_seconds;
    Gauge& damaged_parts;

    // bounds, and what is near them
    Gauge& open_bytes_limit;
    Gauge& wal_queue_bytes_limit;
    Gauge& cache_bytes_limit;
    Gauge& disk_budget_limit;  ///< 0: the disk itself
    Gauge& disk_free_bytes;
    Gauge& wal_closed_segments;
    Gauge& telemetry_pending;

    // operations
    Counter& snapshots;
    Counter& snapshot_failures;
    Gauge& snapshot_seconds;
    Gauge& snapshot_time;

    // sums of expired parts
    Gauge& rollup_files;
    Gauge& rollup_bytes;
    Gauge& rollup_cells;
    Counter& folds;
    Counter& fold_failures;
    Histogram& fold_seconds;

    // state
    Gauge& ready;
    Gauge& disk_low;
    Gauge& prev_shutdown_clean;
    Gauge& quarantine_files;

    // recovery
    Counter& replayed_documents;
    Counter& replayed_known;  ///< in a part already
    Counter& replayed_redacted;
};

}  // namespace tomograph
