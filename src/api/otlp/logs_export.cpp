#include "api/otlp/logs_export.h"

#include <fmt/format.h>

#include "api/otlp/grpc_export.h"
#include "api/otlp/http_answer.h"
#include "wire/otlp/logs_request.h"

namespace tomograph {
namespace {

constexpr std::string_view logs_path = "/v1/logs";
constexpr std::string_view export_method =
    "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

PartialSuccess partial_of(const LogOutcome& outcome) {
    if (outcome.rejected == 0) return {};
    return {.rejected = outcome.rejected,
            .sentence = fmt::format("{} of the lines were not kept; the first: {}",
                                    outcome.rejected, outcome.why)};
}

}  // namespace

bool answer_logs_export(LogIntake& logs, const HttpRequest& request, const HttpRespond& respond) {
    if (request.path != logs_path) return false;
    OtlpRequestKind kind = otlp_request_kind(request, logs_path);
    if (!kind.is_right) {
        respond(std::move(kind.refusal));
        return true;
    }
    const bool is_json = kind.is_json;
    const auto done = [respond, is_json](const Result<LogOutcome>& outcome) {
        respond(outcome ? otlp_accepted(partial_of(*outcome), "rejectedLogRecords", is_json)
                        : otlp_refused(outcome.error(), is_json));
    };
    if (!is_json) {
        logs.put_otlp(request.body, LogSource::otlp_http, done);
        return true;
    }
    const auto message = logs_request_of_json(request.body);
    if (!message) {
        logs.count_invalid(LogSource::otlp_http);
        respond(otlp_refused(message.error(), true));
        return true;
    }
    logs.put_otlp(*message, LogSource::otlp_http, done);
    return true;
}

void add_logs_export(GrpcService& service, LogIntake& logs) {
    service.add(std::string(export_method), [&logs](const GrpcCall& call, GrpcRespond respond) {
        logs.put_otlp(call.message(), LogSource::otlp_grpc,
                      [respond = std::move(respond)](const Result<LogOutcome>& outcome) {
                          if (!outcome) return respond(grpc_refused(outcome.error()));
                          respond({.message = export_response(partial_of(*outcome))});
                      });
    });
}

}  // namespace tomograph
