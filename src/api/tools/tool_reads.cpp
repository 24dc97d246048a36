#include "api/tools/tool_reads.h"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>

#include "api/own/routes.h"
#include "base/log.h"

namespace tomograph {
namespace {

enum class Tool { jaeger, tempo, prometheus };

struct ToolRoute {
    Tool tool;
    std::string_view path;  ///< behind the tool's prefix; `{…}` stands for one segment of it
    std::string_view name;  ///< label `operation` of the metrics
    ToolFunction function;
    ToolError error;
    bool takes_form = false;  ///< also POST, with the parameters in the body
};

constexpr std::array routes = {
    ToolRoute{Tool::jaeger, "/api/services", "JaegerServices", jaeger_services, jaeger_error},
    ToolRoute{Tool::jaeger, "/api/services/{service}/operations", "JaegerServiceOperations",
              jaeger_service_operations, jaeger_error},
    ToolRoute{Tool::jaeger, "/api/operations", "JaegerOperations", jaeger_operations, jaeger_error},
    ToolRoute{Tool::jaeger, "/api/traces", "JaegerTraces", jaeger_traces, jaeger_error},
    ToolRoute{Tool::jaeger, "/api/traces/{id}", "JaegerTrace", jaeger_trace, jaeger_error},
    ToolRoute{Tool::jaeger, "/api/dependencies", "JaegerDependencies", jaeger_dependencies,
              jaeger_error},
    ToolRoute{Tool::jaeger, "/api/v3/services", "JaegerV3Services", jaeger_v3_services,
              jaeger_v3_error},
    ToolRoute{Tool::jaeger, "/api/v3/operations", "JaegerV3Operations", jaeger_v3_operations,
              jaeger_v3_error},
    ToolRoute{Tool::jaeger, "/api/v3/traces", "JaegerV3Traces", jaeger_v3_traces, jaeger_v3_error},
    ToolRoute{Tool::jaeger, "/api/v3/traces/{id}", "JaegerV3Trace", jaeger_v3_trace,
              jaeger_v3_error},
    ToolRoute{Tool::tempo, "/api/echo", "TempoEcho", tempo_echo, tempo_error},
    ToolRoute{Tool::tempo, "/ready", "TempoReady", tempo_ready, tempo_error},
    ToolRoute{Tool::tempo, "/api/status/buildinfo", "TempoBuildInfo", tempo_build_info,
              tempo_error},
    ToolRoute{Tool::tempo, "/api/search", "TempoSearch", tempo_search, tempo_error},
    ToolRoute{Tool::tempo, "/api/search/tags", "TempoTags", tempo_tags, tempo_error},
    ToolRoute{Tool::tempo, "/api/v2/search/tags", "TempoTagsV2", tempo_tags_v2, tempo_error},
    ToolRoute{Tool::tempo, "/api/search/tag/{name}/values", "TempoTagValues", tempo_tag_values,
              tempo_error},
    ToolRoute{Tool::tempo, "/api/v2/search/tag/{name}/values", "TempoTagValuesV2",
              tempo_tag_values_v2, tempo_error},
    ToolRoute{Tool::tempo, "/api/traces/{id}", "TempoTrace", tempo_trace, tempo_error},
    ToolRoute{Tool::tempo, "/api/v2/traces/{id}", "TempoTraceV2", tempo_trace_v2, tempo_error},
    ToolRoute{Tool::prometheus, "/api/v1/query", "PrometheusQuery", prometheus_query,
              prometheus_error, true},
    ToolRoute{Tool::prometheus, "/api/v1/query_range", "PrometheusQueryRange",
              prometheus_query_range, prometheus_error, true},
    ToolRoute{Tool::prometheus, "/api/v1/query_exemplars", "PrometheusQueryExemplars",
              prometheus_query_exemplars, prometheus_error, true},
    ToolRoute{Tool::prometheus, "/api/v1/labels", "PrometheusLabels", prometheus_labels,
              prometheus_error, true},
    ToolRoute{Tool::prometheus, "/api/v1/label/{name}/values", "PrometheusLabelValues",
              prometheus_label_values, prometheus_error},
    ToolRoute{Tool::prometheus, "/api/v1/series", "PrometheusSeries", prometheus_series,
              prometheus_error, true},
    ToolRoute{Tool::prometheus, "/api/v1/metadata", "PrometheusMetadata", prometheus_metadata,
              prometheus_error},
    ToolRoute{Tool::prometheus, "/api/v1/status/buildinfo", "PrometheusBuildInfo",
              prometheus_build_info, prometheus_error},
};

constexpr std::string_view form_type = "application/x-www-form-urlencoded";

/// Takes a tool's prefix off the path.
std::optional<Tool> take_prefix(std::string_view& path) {
    for (const auto& [prefix, tool] : {std::pair{std::string_view("/jaeger"), Tool::jaeger},
                                       {"/tempo", Tool::tempo},
                                       {"/prometheus", Tool::prometheus}}) {
        if (!path.starts_with(prefix) || path.substr(prefix.size(), 1) != "/") continue;
        path.remove_prefix(prefix.size());
        return tool;
    }
    return std::nullopt;
}

bool accepts_protobuf(const HttpRequest& request) {
    return request.header("accept").find("application/protobuf") != std::string_view::npos;
}

}  // namespace

ToolReads::ToolReads(const OwnContext& context, MetricsRegistry& metrics) : context_(context) {
    for (const ToolRoute& route : routes) metrics_.emplace_back(metrics, route.name);
}

bool ToolReads::handle(const HttpRequest& request, const HttpRespond& respond) const {
    std::string_view path = request.path;
    const std::optional<Tool> said = take_prefix(path);
    const Tool preferred = said.value_or(accepts_protobuf(request) ? Tool::tempo : Tool::jaeger);
    std::vector<std::string> values;
    const ToolRoute* found = nullptr;
    for (const ToolRoute& route : routes) {
        std::vector<std::string> its;
        // Prometheus' own paths are ours without its prefix.
        if (said ? route.tool != *said : route.tool == Tool::prometheus) continue;
        if (!fits_route(route.path, path, its)) continue;
        if (found != nullptr && route.tool != preferred) continue;
        found = &route;
        values = std::move(its);
    }
    if (found == nullptr) return false;
    const auto row = static_cast<std::size_t>(found - routes.data());
    const auto answer = [respond, &clock = context_.clock, begun = context_.clock.monotonic(),
                         metrics = metrics_[row]](HttpReply reply) {
        metrics.count(reply.status, clock.monotonic() - begun);
        respond(std::move(reply));
    };
    const bool is_form = found->takes_form && request.method == "POST";
    if (request.method != "GET" && !is_form) {
        const std::string_view allowed = found->takes_form ? "GET, POST" : "GET";
        HttpReply refusal = found->error(405, "this path takes " + std::string(allowed));
        refusal.headers.push_back({"Allow", std::string(allowed)});
        answer(std::move(refusal));
        return true;
    }
    if (is_form && !request.header("content-type").starts_with(form_type)) {
        answer(found->error(415, "Content-Type must be " + std::string(form_type)));
        return true;
    }
    std::string parameters = request.query;
    if (is_form) parameters += "&" + request.body;
    try {
        found->function(context_, {.query = QueryParameters(parameters),
                                   .path_values = std::move(values),
                                   .wants_protobuf = accepts_protobuf(request),
                                   .respond = answer,
                                   .is_cancelled = request.is_client_gone,
                                   .error = found->error});
    } catch (const std::exception& thrown) {
        log_error("read failed", {{"route", found->name}, {"error", thrown.what()}});
        answer(found->error(500, "the read failed"));
    }
    return true;
}

}  // namespace tomograph
