#pragma once

#include <optional>

#include "api/readiness.h"
#include "base/metrics.h"
#include "service/span_metrics/span_metrics.h"

namespace tomograph {

struct OperatorParts {
    ReadyParts ready;
    const MetricsRegistry& metrics;
    const SpanMetrics* spans = nullptr;  ///< null: there is no such page
};

/// Pages for people and machines that look after the server; GET only:
///
///   /         what this is
///   /healthz  200 as long as the process answers
///   /readyz   200, or 503 with the reason while a store replays, is read-only or stops
///   /metrics  Prometheus text
///   /metrics/spans  the same of spans: requests, errors and durations (SpanMetrics); with
///   exemplars
///                   for who asks for OpenMetrics
///
/// returns  nothing for any other path
/// threads  any; never blocks on the disk
std::optional<HttpReply> operator_page(const HttpRequest& request, const OperatorParts& parts);

}  // namespace tomograph
