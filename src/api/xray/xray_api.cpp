#include "api/xray/xray_api.h"

#include <exception>

#include "api/limits.h"
#include "api/request_id.h"
#include "api/xray/operations.h"
#include "base/log.h"

namespace tomograph {

namespace {

HttpReply json_reply(std::string body) {
    HttpReply reply;
    reply.headers.push_back({"Content-Type", "application/json"});
    reply.body = std::move(body);
    return reply;
}

HttpReply to_reply(XrayAnswer answer) {
    if (auto* body = std::get_if<std::string>(&answer)) return json_reply(std::move(*body));
    return to_reply(std::get<ApiError>(answer));
}

/// Why a request cannot be handed to a function of the table.
std::optional<ApiError> refuse(const HttpRequest& request, const XrayOperation* operation) {
    if (operation == nullptr)
        return unknown_operation("no operation has the path " + quoted(request.path));
    const std::string name(operation->name);
    if (request.method != "POST")
        return method_not_allowed(name + " takes POST, not " + quoted(request.method));
    if (operation->function == nullptr)
        return unknown_operation(name + " is not built in this version of Tomograph");
    return std::nullopt;
}

}  // namespace

XrayApi::XrayApi(XrayApiOptions options, Ingest& ingest, TraceStore& store, const Clock& clock,
                 MetricsRegistry& metrics)
    : options_(std::move(options)),
      clock_(clock),
      query_metrics_(metrics),
      retrievals_(metrics),
      queries_("query", query_threads, query_queue_max),
      context_{options_, ingest, store, clock, queries_, metrics, query_metrics_, retrievals_} {
    metrics_.reserve(xray_operations().size() + 1);
    for (const XrayOperation& operation : xray_operations())
        metrics_.emplace_back(metrics, operation.function == nullptr ? "other" : operation.name);
    metrics_.emplace_back(metrics, "other");
}

XrayApi::~XrayApi() = default;

void XrayApi::handle(HttpRequest request, HttpRespond respond, IngestSource source) {
    const XrayOperation* operation = find_xray_operation(request.path);
    const auto row = operation == nullptr ? static_cast<std::ptrdiff_t>(xray_operations().size())
                                          : operation - xray_operations().data();
    auto answer = [respond = std::move(respond), &clock = clock_, begun = clock_.monotonic(),
                   metrics = metrics_[static_cast<std::size_t>(row)]](XrayAnswer answered) {
        HttpReply reply = to_reply(std::move(answered));
        reply.headers.push_back({"x-amzn-RequestId", make_request_id()});
        if (reply.status == 405) reply.headers.push_back({"Allow", "POST"});
        metrics.count(reply.status, clock.monotonic() - begun);
        respond(std::move(reply));
    };
    if (auto refusal = refuse(request, operation)) return answer(std::move(*refusal));
    try {
        operation->function(
            context_, {std::move(request.body), source, answer, std::move(request.peer_address)});
    } catch (const std::exception& thrown) {
        log_error("operation failed", {{"operation", operation->name}, {"error", thrown.what()}});
        answer(ApiError{"InternalFailure", 500, "the operation failed"});
    }
}

HttpReply xray_http_error(int status, std::string_view sentence) {
    HttpReply reply = to_reply(http_error(status, std::string(sentence)));
    reply.headers.push_back({"x-amzn-RequestId", make_request_id()});
    return reply;
}

}  // namespace tomograph
