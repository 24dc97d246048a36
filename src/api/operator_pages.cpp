#include "api/operator_pages.h"

#include <string>

#include "api/error.h"

namespace tomograph {

namespace {

HttpReply metrics_page(const MetricsRegistry& metrics) {
    HttpReply reply;
    reply.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}};
    reply.body = metrics.to_prometheus_text();
    return reply;
}

HttpReply span_metrics_page(const HttpRequest& request, const SpanMetrics& spans) {
    const bool is_open =
        request.header("accept").find("application/openmetrics-text") != std::string_view::npos;
    HttpReply reply;
    reply.headers = {
        {"Content-Type", is_open ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                 : "text/plain; version=0.0.4; charset=utf-8"}};
    reply.body = spans.to_text(is_open);
    return reply;
}

HttpReply welcome() {
    HttpReply reply;
    reply.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
    reply.body =
        "This is Tomograph, distributed tracing that speaks the AWS X-Ray API.\n"
        "\n"
        "  X-Ray API   aws xray get-trace-summaries --endpoint-url http://<this address> ...\n"
        "  health      /healthz, /readyz\n"
        "  metrics     /metrics, and of spans /metrics/spans\n";
    return reply;
}

bool is_operator_path(std::string_view path) {
    return path == "/" || path == "/healthz" || path == "/readyz" || path == "/metrics" ||
           path == "/metrics/spans";
}

}  // namespace

std::optional<HttpReply> operator_page(const HttpRequest& request, const OperatorParts& parts) {
    if (!is_operator_path(request.path)) return std::nullopt;
    if (request.path == "/metrics/spans" && parts.spans == nullptr) return std::nullopt;
    if (request.method != "GET") {
        HttpReply refusal = to_reply(
            method_not_allowed(quoted(request.path) + " takes GET, not " + quoted(request.method)));
        refusal.headers.push_back({"Allow", "GET"});
        return refusal;
    }
    if (request.path == "/healthz") return health_page();
    if (request.path == "/readyz") return readiness_page(parts.ready);
    if (request.path == "/metrics") return metrics_page(parts.metrics);
    if (request.path == "/metrics/spans") return span_metrics_page(request, *parts.spans);
    return welcome();
}

}  // namespace tomograph
