#include "api/otlp/metrics_export.h"

#include <protozero/pbf_writer.hpp>

#include "api/json_writer.h"
#include "api/otlp/grpc_export.h"
#include "api/otlp/http_answer.h"
#include "wire/otlp/json_metrics.h"

namespace tomograph {
namespace {

constexpr std::string_view metrics_path = "/v1/metrics";
constexpr std::string_view export_method =
    "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// An ExportMetricsServiceResponse.
std::string response_of(const MetricOutcome& outcome) {
    std::string message;
    if (outcome.rejected() == 0) return message;
    protozero::pbf_writer response(message);
    protozero::pbf_writer partial(response, 1);
    partial.add_int64(1, static_cast<std::int64_t>(outcome.rejected()));
    partial.add_string(2, outcome.sentence());
    return message;
}

HttpReply accepted(const MetricOutcome& outcome, bool is_json) {
    if (!is_json) return otlp_reply(200, false, response_of(outcome));
    JsonWriter json;
    json.begin_object();
    if (outcome.rejected() > 0) {
        json.begin_object("partialSuccess");
        json.text("rejectedDataPoints", std::to_string(outcome.rejected()));
        json.text("errorMessage", outcome.sentence());
        json.end_object();
    }
    json.end_object();
    return otlp_reply(200, true, json.take());
}

}  // namespace

bool answer_metrics_export(MetricIntake& metrics, const HttpRequest& request,
                           const HttpRespond& respond) {
    if (request.path != metrics_path) return false;
    OtlpRequestKind kind = otlp_request_kind(request, metrics_path);
    if (!kind.is_right) {
        respond(std::move(kind.refusal));
        return true;
    }
    const bool is_json = kind.is_json;
    const auto done = [respond, is_json](const Result<MetricOutcome>& outcome) {
        respond(outcome ? accepted(*outcome, is_json) : otlp_refused(outcome.error(), is_json));
    };
    if (!is_json) {
        metrics.put(request.body, done);
        return true;
    }
    const auto message = metrics_request_of_json(request.body);
    if (!message)
        respond(otlp_refused(message.error(), true));
    else
        metrics.put(*message, done);
    return true;
}

void add_metrics_export(GrpcService& service, MetricIntake& metrics) {
    service.add(std::string(export_method), [&metrics](const GrpcCall& call, GrpcRespond respond) {
        metrics.put(call.message(),
                    [respond = std::move(respond)](const Result<MetricOutcome>& outcome) {
                        if (!outcome) return respond(grpc_refused(outcome.error()));
                        respond({.message = response_of(*outcome)});
                    });
    });
}

}  // namespace tomograph
