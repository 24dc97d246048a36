#pragma once

#include <string>
#include <string_view>

#include "wire/otlp/metrics_request.h"

namespace tomograph {

// How OpenTelemetry's names are written in Prometheus' alphabet ("Prometheus and OpenMetrics
// Compatibility" of the specification): http.server.duration in ms is
// http_server_duration_milliseconds, a monotonic sum of requests is requests_total.

std::string prometheus_metric_name(const WireMetric& metric);

/// Every character but letters, digits and `_` becomes `_`; a digit in front gets `key_`.
std::string prometheus_label_name(std::string_view key);

}  // namespace tomograph
