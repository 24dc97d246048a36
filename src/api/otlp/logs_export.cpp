#include "api/otlp/logs_export.h"

#include <fmt/format.h>

#include <protozero/pbf_writer.hpp>

#include "api/json_writer.h"
#include "api/otlp/grpc_export.h"
#include "api/otlp/http_answer.h"
#include "wire/otlp/logs_request.h"

namespace tomograph {
namespace {

constexpr std::string_view logs_path = "/v1/logs";
constexpr std::string_view export_method =
    "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

std::string sentence_of(const LogOutcome& outcome) {
    return fmt::format("{} of the lines were not kept; the first: {}", outcome.rejected,
                       outcome.why);
}

/// An ExportLogsServiceResponse.
std::string response_of(const LogOutcome& outcome) {
    std::string message;
    if (outcome.rejected == 0) return message;
    protozero::pbf_writer response(message);
    protozero::pbf_writer partial(response, 1);
    partial.add_int64(1, static_cast<std::int64_t>(outcome.rejected));
    partial.add_string(2, sentence_of(outcome));
    return message;
}

HttpReply accepted(const LogOutcome& outcome, bool is_json) {
    if (!is_json) return otlp_reply(200, false, response_of(outcome));
    JsonWriter json;
    json.begin_object();
    if (outcome.rejected > 0) {
        json.begin_object("partialSuccess");
        json.text("rejectedLogRecords", std::to_string(outcome.rejected));
        json.text("errorMessage", sentence_of(outcome));
        json.end_object();
    }
    json.end_object();
    return otlp_reply(200, true, json.take());
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
        respond(outcome ? accepted(*outcome, is_json) : otlp_refused(outcome.error(), is_json));
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
                          respond({.message = response_of(*outcome)});
                      });
    });
}

}  // namespace tomograph
