#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "base/metrics.h"
#include "net/http_server.h"

namespace tomograph {

/// "METHOD path?query bytes" and the body's size.
inline HttpReply describe(const HttpRequest& request) {
    HttpReply reply;
    reply.body = request.method + " " + request.path + "?" + request.query + " " +
                 std::to_string(request.body.size());
    return reply;
}

/// A server on a free loopback port with its own I/O threads and metrics.
struct TestServer {
    explicit TestServer(HttpHandler handler = answer_at_once, HttpLimits limits = {},
                        std::optional<TlsFiles> tls = {}) {
        auto started = HttpServer::start(
            pool,
            {.address = "127.0.0.1:0", .tls = std::move(tls), .limits = limits, .name = "test"},
            std::move(handler),
            [](int status, std::string_view sentence) {
                HttpReply reply;
                reply.status = status;
                reply.body = "{\"message\":\"" + std::string(sentence) + "\"}";
                return reply;
            },
            metrics);
        REQUIRE_MESSAGE(started, (started ? "" : started.error().message()));
        server = std::move(started).value();
    }

    static void answer_at_once(const HttpRequest& request, const HttpRespond& respond) {
        respond(describe(request));
    }

    std::uint64_t refused(const std::string& cause) {
        return metrics
            .counter("tomograph_net_requests_refused_total", "",
                     {{"listener", "test"}, {"cause", cause}})
            .value();
    }
    std::uint64_t connections_refused(const std::string& cause) {
        return metrics
            .counter("tomograph_net_connections_refused_total", "",
                     {{"listener", "test"}, {"cause", cause}})
            .value();
    }
    std::uint64_t count(const std::string& name) {
        return metrics.counter("tomograph_net_" + name, "", {{"listener", "test"}}).value();
    }
    double connections_open() {
        return metrics.gauge("tomograph_net_connections_open", "", {{"listener", "test"}}).value();
    }
    const std::string& address() const { return server->address(); }

    MetricsRegistry metrics;
    IoPool pool{2};
    std::unique_ptr<HttpServer> server;
};

/// Waits until the claim holds, for 10 seconds at most.
inline bool eventually(const std::function<bool()>& claim) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!claim()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::yield();
    }
    return true;
}

}  // namespace tomograph
