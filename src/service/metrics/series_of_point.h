#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/metric_batch.h"
#include "wire/otlp/metrics_request.h"

namespace tomograph {

/// What a number of a point counts.
enum class Counting : unsigned char {
    none,     ///< nothing: it is what it is at the moment
    sum,      ///< what was added and taken away
    counter,  ///< what only gets more, from the point's start on
};

/// One number of a data point, and the series that it belongs to.
struct PointValue {
    LabelSet labels;
    double value = 0;
    Counting counting = Counting::none;
};

/// Labels that all points of a resource and scope have, as Prometheus names them: `job` is
/// service.namespace/service.name, `instance` is service.instance.id; the scope's name and version;
/// and the attributes of the resource that tell containers and hosts apart, under their own names.
std::vector<Label> labels_of_resource(const WireResource& resource);
void add_scope_labels(const WireScope& scope, std::vector<Label>& labels);

/// `target_info`: what else is known of the resource. Empty where there is nothing else, or nothing
/// that it could be joined by.
LabelSet target_info_labels(const WireResource& resource);

/// Why a point is not kept; "" when it is.
std::string_view fault_of_point(const WireMetric& metric, const WireDataPoint& point);

/// What Prometheus has for a data point: a histogram is its cumulative buckets by `le`, its sum and
/// count, and `_min` and `_max`; an exponential one has the bounds of its buckets, 4 an octave at
/// most; a summary its quantiles. A point without a recorded value has no_value() for each.
///
/// name    prometheus_metric_name() of it
/// shared  labels of resource and scope; names of the point's own attributes come on top
std::vector<PointValue> values_of_point(const WireMetric& metric, const std::string& name,
                                        const WireDataPoint& point,
                                        const std::vector<Label>& shared);

/// `counter`, `gauge`, `histogram`, `summary`, `unknown`.
std::string_view prometheus_type(const WireMetric& metric);

}  // namespace tomograph
