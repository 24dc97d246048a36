#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <thread>

#include "base/metrics.h"
#include "net/grpc/service.h"
#include "net/http_server.h"

using namespace tomograph;

namespace {

void echo(const HttpRequest& request, const HttpRespond& respond) {
    if (request.path == "/drop") return;
    HttpReply reply;
    reply.headers = {{"Content-Type", "application/octet-stream"},
                     {"X-Request", request.method + " " + request.path}};
    reply.body = request.path == "/large" ? std::string(8 << 20, 'x') : request.body;
    respond(std::move(reply));
}

void add_calls(GrpcService& service) {
    service.add_health([] { return true; });
    service.add("/echo.Echo/Say", [](const GrpcCall& call, const GrpcRespond& respond) {
        GrpcAnswer answer;
        answer.message = call.message();
        respond(std::move(answer));
    });
    service.add("/echo.Echo/Fail", [](const GrpcCall& call, const GrpcRespond& respond) {
        GrpcAnswer answer;
        answer.status = GrpcStatus::unavailable;
        answer.sentence = "not now: 100 % \xc3\xa9";
        answer.details = call.message();
        respond(std::move(answer));
    });
    service.add("/echo.Echo/Slow", [](GrpcCall call, GrpcRespond respond) {
        std::thread([call = std::move(call), respond = std::move(respond)] {
            while (!call.is_cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
            std::printf("cancelled\n");
            std::fflush(stdout);
        }).detach();
    });
}

}  // namespace

/// A server for clients that no one here wrote, of the net floor alone: it answers with what it was
/// sent.
/// `/large` answers 8 MiB, `/drop` is not answered by its handler. By gRPC: echo.Echo/Say answers
/// the message; /Fail UNAVAILABLE, with the message as details; /Slow when the client has gone.
///
///   net_echo ADDRESS [CERTIFICATE KEY]
///
/// Bodies may have 64 MiB. Prints its address, serves until SIGTERM or SIGINT, then prints its
/// metrics.
int main(int count, char** arguments) {
    if (count != 2 && count != 4) {
        std::fputs("net_echo ADDRESS [CERTIFICATE KEY]\n", stderr);
        return 2;
    }
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stops, nullptr);

    MetricsRegistry metrics;
    IoPool pool(2);
    HttpServerOptions options{.address = arguments[1], .tls = {}, .limits = {}, .name = "echo"};
    if (count == 4) options.tls = TlsFiles{arguments[2], arguments[3]};
    options.limits.wire_body_bytes_max = options.limits.decoded_body_bytes_max = 64U << 20;
    const RealClock clock;
    GrpcService calls({.limits = options.limits, .listener = options.name}, clock, metrics);
    add_calls(calls);
    auto server = HttpServer::start(pool, options, calls.handler(echo), {}, metrics);
    if (!server) {
        std::fprintf(stderr, "%s\n", server.error().message().c_str());
        return 1;
    }
    std::printf("%s\n", server.value()->address().c_str());
    std::fflush(stdout);
    int which = 0;
    sigwait(&stops, &which);
    server.value()->stop(Duration::seconds(5));
    std::fputs(metrics.to_prometheus_text().c_str(), stdout);
    return 0;
}
