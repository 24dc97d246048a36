#pragma once

#include "api/ingest.h"
#include "api/log_intake.h"
#include "net/http_message.h"

namespace tomograph {

class MetricIntake;

/// OTLP/HTTP for traces: POST /v1/traces, protobuf or JSON (otlp.md §1, §3). Answers in the
/// encoding of the request; what was not kept is told as partial success, which no client sends
/// again.
///
/// returns  false for any other path
/// threads  any
bool answer_trace_export(Ingest& ingest, const HttpRequest& request, const HttpRespond& respond);

/// For a listener of OTLP/HTTP alone: traces, logs and metrics. All outlive it.
HttpHandler otlp_http_handler(Ingest& ingest, LogIntake& logs, MetricIntake& metrics);
/// An error of the HTTP layer as a google.rpc.Status.
HttpReply otlp_http_error(int status, std::string_view sentence);

}  // namespace tomograph
