#pragma once

#include <optional>

#include "base/metrics.h"
#include "net/http_message.h"
#include "service/span_metrics/span_metrics.h"
#include "store/trace_store.h"

namespace tomograph {

/// Pages for people and machines that look after the server; GET only:
///
///   /         what this is
///   /healthz  200 as long as the process answers
///   /readyz   200, or 503 with the reason while it replays, is read-only or stops
///   /metrics  Prometheus text
///   /metrics/spans  the same of spans: requests, errors and durations (SpanMetrics); with
///   exemplars
///                   for who asks for OpenMetrics
///
/// spans    null: there is no such page
/// returns  nothing for any other path
/// threads  any; never blocks on the disk
std::optional<HttpReply> operator_page(const HttpRequest& request, TraceStore& store,
                                       const MetricsRegistry& metrics,
                                       const SpanMetrics* spans = nullptr);

}  // namespace tomograph
