#pragma once

#include "api/log_intake.h"
#include "net/grpc/service.h"
#include "net/http_message.h"

namespace tomograph {

/// OTLP/HTTP for logs: POST /v1/logs, protobuf or JSON (otlp.md §1, §3), as answer_trace_export().
///
/// returns  false for any other path
/// threads  any
bool answer_logs_export(LogIntake& logs, const HttpRequest& request, const HttpRespond& respond);

/// OTLP/gRPC for logs: LogsService/Export. logs outlives the service.
void add_logs_export(GrpcService& service, LogIntake& logs);

}  // namespace tomograph
