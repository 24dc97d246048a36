#include "api/operator_pages.h"

#include <string>

#include "api/error.h"
#include "api/json_writer.h"

namespace tomograph {

namespace {

HttpReply json_reply(int status, JsonWriter& json) {
    HttpReply reply;
    reply.status = status;
    reply.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
    reply.body = json.take();
    return reply;
}

HttpReply health() {
    JsonWriter json;
    json.begin_object();
    json.text("status", "ok");
    json.end_object();
    return json_reply(200, json);
}

std::string_view readiness_of(const StoreStatus& status) {
    if (status.read_only) return "read_only";
    return status.ready ? "ready" : "starting";
}

HttpReply readiness(const StoreStatus& status) {
    const bool is_ready = status.ready && !status.read_only;
    JsonWriter json;
    json.begin_object();
    json.text("status", readiness_of(status));
    if (!status.reason.empty()) json.text("reason", status.reason);
    json.begin_object("replay");
    json.integer("bytes", static_cast<std::int64_t>(status.replayed_bytes));
    json.integer("bytes_total", static_cast<std::int64_t>(status.replay_bytes));
    json.end_object();
    json.integer("damaged_parts", static_cast<std::int64_t>(status.damaged_parts));
    json.integer("quarantined", static_cast<std::int64_t>(status.quarantined));
    json.end_object();
    return json_reply(is_ready ? 200 : 503, json);
}

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

std::optional<HttpReply> operator_page(const HttpRequest& request, TraceStore& store,
                                       const MetricsRegistry& metrics, const SpanMetrics* spans) {
    if (!is_operator_path(request.path)) return std::nullopt;
    if (request.path == "/metrics/spans" && spans == nullptr) return std::nullopt;
    if (request.method != "GET") {
        HttpReply refusal = to_reply(
            method_not_allowed(quoted(request.path) + " takes GET, not " + quoted(request.method)));
        refusal.headers.push_back({"Allow", "GET"});
        return refusal;
    }
    if (request.path == "/healthz") return health();
    if (request.path == "/readyz") return readiness(store.status());
    if (request.path == "/metrics") return metrics_page(metrics);
    if (request.path == "/metrics/spans") return span_metrics_page(request, *spans);
    return welcome();
}

}  // namespace tomograph
