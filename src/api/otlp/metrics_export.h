#pragma once

#include "net/grpc/service.h"
#include "net/http_message.h"
#include "service/metrics/metric_intake.h"

namespace tomograph {

/// OTLP/HTTP for metrics: POST /v1/metrics, protobuf or JSON (otlp.md §1, §3), as
/// answer_trace_export().
///
/// returns  false for any other path
/// threads  any
bool answer_metrics_export(MetricIntake& metrics, const HttpRequest& request,
                           const HttpRespond& respond);

/// OTLP/gRPC for metrics: MetricsService/Export. metrics outlives the service.
void add_metrics_export(GrpcService& service, MetricIntake& metrics);

}  // namespace tomograph
