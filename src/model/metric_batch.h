#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/ids.h"
#include "model/label_set.h"

namespace tomograph {

struct MetricPoint {
    std::int64_t at_ms = 0;  ///< since the epoch
    double value = 0;        ///< no_value(): from here on there is none
};

/// The value that says: from here on there is no value. A NaN of its own, as Prometheus marks
/// series that ended.
double no_value();
bool is_no_value(double value);

/// A measurement that went into a point, and the trace in which it was made.
struct MetricExemplar {
    std::int64_t at_ms = 0;
    double value = 0;
    TraceId trace_id{};
    SpanId span_id{};
};

struct MetricSeries {
    LabelSet labels;  ///< with the metric's name
    std::vector<MetricPoint> points{};
    std::vector<MetricExemplar> exemplars{};
};

/// What is known of all series of a metric.
struct MetricFamily {
    std::string name;           ///< as Prometheus has it, without _bucket, _sum and _count
    std::string original_name;  ///< as it was sent
    std::string type;           ///< counter, gauge, histogram, summary, unknown
    std::string unit;           ///< as it was sent
    std::string help;
    auto operator<=>(const MetricFamily&) const = default;
};

struct MetricBatch {
    std::vector<MetricFamily> families;
    std::vector<MetricSeries> series;

    bool is_empty() const { return families.empty() && series.empty(); }
};

}  // namespace tomograph
