#include "api/otlp/grpc_export.h"

#include "api/otlp/export_answer.h"

namespace tomograph {
namespace {

constexpr std::string_view export_method =
    "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

}  // namespace

GrpcAnswer grpc_refused(const Error& error) {
    const RpcCode code = rpc_code_of(error);
    return {.status = static_cast<GrpcStatus>(code),
            .message = {},
            .sentence = error.message(),
            .details = rpc_status(code, error.message())};
}

void add_trace_export(GrpcService& service, Ingest& ingest) {
    service.add(std::string(export_method), [&ingest](const GrpcCall& call, GrpcRespond respond) {
        ingest.put_spans(call.message(), IngestSource::otlp_grpc,
                         [respond = std::move(respond)](const Result<IngestOutcome>& outcome) {
                             if (!outcome) return respond(grpc_refused(outcome.error()));
                             respond({.message = export_response(partial_success(*outcome))});
                         });
    });
}

}  // namespace tomograph
