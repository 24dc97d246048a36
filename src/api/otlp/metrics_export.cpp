#include "api/otlp/metrics_export.h"

#include "api/otlp/grpc_export.h"
#include "api/otlp/http_answer.h"
#include "wire/otlp/json_metrics.h"

namespace tomograph {
namespace {

constexpr std::string_view metrics_path = "/v1/metrics";
constexpr std::string_view export_method =
    "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

PartialSuccess partial_of(const MetricOutcome& outcome) {
    return {.rejected = outcome.rejected(), .sentence = outcome.sentence()};
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
        respond(outcome ? otlp_accepted(partial_of(*outcome), "rejectedDataPoints", is_json)
                        : otlp_refused(outcome.error(), is_json));
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
                        respond({.message = export_response(partial_of(*outcome))});
                    });
    });
}

}  // namespace tomograph
