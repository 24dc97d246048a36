#include "api/own/own_reads.h"

#include <exception>

#include "api/limits.h"
#include "api/own/routes.h"
#include "api/request_id.h"
#include "base/log.h"
#include "service/groups/group_service.h"

namespace tomograph {

namespace {

std::optional<LogTail> log_tail_of(LogStore* logs) {
    return logs == nullptr ? std::optional<LogTail>()
                           : std::optional<LogTail>(std::in_place, *logs);
}

/// Those that the store sums up go first: what is sent under their names is not theirs.
std::vector<const promql::SeriesSource*> sources_of(
    const GraphSeriesSource& graph, const std::optional<MetricSeriesSource>& metrics) {
    std::vector<const promql::SeriesSource*> sources = {&graph};
    if (metrics) sources.push_back(&*metrics);
    return sources;
}

}  // namespace

OwnReads::OwnReads(const Parts& parts)
    : clock_(parts.clock),
      query_metrics_(parts.metrics),
      graph_series_(parts.store, parts.clock),
      metric_series_(parts.otlp_metrics == nullptr
                         ? std::optional<MetricSeriesSource>()
                         : std::optional<MetricSeriesSource>(std::in_place, *parts.otlp_metrics)),
      series_(sources_of(graph_series_, metric_series_)),
      queries_("read", own_read_threads, own_read_queue_max),
      streams_("stream", own_stream_threads, own_stream_queue_max),
      log_tail_(log_tail_of(parts.logs)),
      context_{.store = parts.store,
               .clock = parts.clock,
               .queries = queries_,
               .streams = streams_,
               .tail = parts.tail,
               .query_metrics = query_metrics_,
               .token_key = parts.options.token_key,
               .account_id = parts.options.account_id,
               .series = &series_,
               .metrics = parts.otlp_metrics,
               .groups = parts.options.control.groups,
               .insights = parts.options.control.insights,
               .ingest = parts.ingest,
               .sampling_rules = parts.options.control.sampling_rules,
               .embedded = parts.embedded,
               .logs = parts.logs,
               .log_tail = log_tail_ ? &*log_tail_ : nullptr},
      tail_thread_([this, &tail = parts.tail] {
          tail.tick();
          if (log_tail_) log_tail_->tick();
      }),
      tools_(context_, parts.metrics) {
    for (const OwnRoute& route : own_routes()) metrics_.emplace_back(parts.metrics, route.name);
}

bool OwnReads::handle(const HttpRequest& request, const HttpRespond& respond) {
    OwnMatch match = find_own_route(request.path);
    if (match.route == nullptr) return tools_.handle(request, respond);
    const auto row = static_cast<std::size_t>(match.route - own_routes().data());
    const auto answer = [respond, &clock = clock_, begun = clock_.monotonic(),
                         metrics = metrics_[row]](HttpReply reply) {
        reply.headers.push_back({"x-amzn-RequestId", make_request_id()});
        metrics.count(reply.status, clock.monotonic() - begun);
        respond(std::move(reply));
    };
    const std::string method(match.route->method);
    if (request.method != method) {
        HttpReply refusal = to_reply(method_not_allowed(quoted(request.path) + " takes " + method +
                                                        ", not " + quoted(request.method)));
        refusal.headers.push_back({"Allow", method});
        answer(std::move(refusal));
        return true;
    }
    if (method == "POST" && !request.header("Content-Type").starts_with("application/json")) {
        answer(to_reply(invalid_request("Content-Type must be application/json")));
        return true;
    }
    try {
        match.route->function(context_, {QueryParameters(request.query), std::move(match.values),
                                         answer, request.is_client_gone, request.body});
    } catch (const std::exception& thrown) {
        log_error("read failed", {{"route", match.route->name}, {"error", thrown.what()}});
        answer(to_reply(ApiError{"InternalFailure", 500, "the read failed"}));
    }
    return true;
}

}  // namespace tomograph
