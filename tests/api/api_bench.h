#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "api/http_api.h"
#include "api/segment_text.h"
#include "base/clock.h"

namespace tomograph::testing {

/// The API on some store, without sockets.
struct ApiBench {
    TraceStore& store;
    ManualClock clock{Instant::from_seconds(test_second)};
    MetricsRegistry metrics;
    QueryMetrics query_metrics{metrics};
    LiveTail tail{store, clock, query_metrics};
    Ingest ingest{store, clock, metrics, &tail};
    XrayApiOptions options;
    XrayApi xray{options, ingest, store, clock, metrics};
    OwnReads own{{store, clock, metrics, tail, options, &ingest}};
    HttpApi http{{.xray = xray, .store = store, .metrics = metrics, .own = &own}};

    explicit ApiBench(TraceStore& of) : store(of) {}

    static HttpRequest request(std::string method, std::string path, std::string body) {
        HttpRequest request;
        request.method = std::move(method);
        request.path = std::move(path);
        request.body = std::move(body);
        return request;
    }

    /// Waits for the answer, which may come from another thread.
    HttpReply call(std::string method, std::string path, std::string body = "") {
        auto answered = std::make_shared<std::promise<HttpReply>>();
        auto reply = answered->get_future();
        http.handle(request(std::move(method), std::move(path), std::move(body)),
                    [answered](HttpReply each) { answered->set_value(std::move(each)); });
        return reply.get();
    }
    HttpReply post(std::string path, std::string body = "") {
        return call("POST", std::move(path), std::move(body));
    }
    bool has_metric(std::string_view line) const {
        return ("\n" + metrics.to_prometheus_text()).find("\n" + std::string(line) + "\n") !=
               std::string::npos;
    }
};

/// The only header of that name, "" when there is none or more than one.
inline std::string header(const HttpReply& reply, std::string_view name) {
    std::string value;
    int count = 0;
    for (const HttpHeader& each : reply.headers) {
        if (each.name != name) continue;
        value = each.value;
        ++count;
    }
    return count == 1 ? value : "";
}

}  // namespace tomograph::testing
