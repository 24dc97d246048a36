#pragma once

#include <string>

#include "store/wal/wal_metrics.h"

namespace tomograph {

/// What a signal counts, by the label `signal`.
struct SignalMetrics : WalMetrics {
    SignalMetrics(MetricsRegistry& registry, const std::string& signal);

    Counter& records;  ///< appended, on stable storage
    Gauge& open_bytes;
    Gauge& open_age_seconds;  ///< of the oldest record that only the log and the memory have
    Gauge& parts;
    Gauge& part_bytes;
    Counter& flushes;
    Counter& flush_failures;
    Histogram& flush_seconds;
    Counter& merges;
    Counter& merge_failures;
    Histogram& merge_seconds;
    Counter& parts_expired_age;
    Counter& parts_expired_budget;
    Counter& damaged_reads;
    Gauge& damaged_parts;
    Gauge& ready;
};

}  // namespace tomograph
