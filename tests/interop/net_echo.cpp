#include <csignal>
#include <cstdio>
#include <string>

#include "base/metrics.h"
#include "net/http_server.h"

using namespace tomograph;

/// A server for clients that no one here wrote, of the net floor alone: it answers with what it was
/// sent.
/// `/large` answers 8 MiB, `/drop` is not answered by its handler.
///
///   net_echo ADDRESS [CERTIFICATE KEY]
///
/// Prints its address, serves until SIGTERM or SIGINT, then prints its metrics.
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
    const HttpHandler handler = [](const HttpRequest& request, const HttpRespond& respond) {
        if (request.path == "/drop") return;
        HttpReply reply;
        reply.headers = {{"Content-Type", "application/octet-stream"},
                         {"X-Request", request.method + " " + request.path}};
        reply.body = request.path == "/large" ? std::string(8 << 20, 'x') : request.body;
        respond(std::move(reply));
    };
    auto server = HttpServer::start(pool, options, handler, {}, metrics);
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
