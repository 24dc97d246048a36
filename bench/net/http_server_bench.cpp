#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "net/http_server.h"
#include "net/socket_name.h"

namespace tomograph {

namespace {

double thread_cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

double process_cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int connect_to(const std::string& address) {
    const auto parsed = parse_socket_address(address);
    const SocketName name = to_socket_name(*parsed);
    const int descriptor = socket(name.storage.ss_family, SOCK_STREAM, 0);
    if (connect(descriptor, name.address(), name.size) != 0) return -1;
    return descriptor;
}

/// False when the server did not answer.
bool exchange(int descriptor, const std::string& request) {
    std::size_t sent = 0;
    while (sent < request.size()) {
        const ssize_t size =
            send(descriptor, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
        if (size <= 0) return false;
        sent += static_cast<std::size_t>(size);
    }
    char reply[4096];
    return recv(descriptor, reply, sizeof reply, 0) > 0;
}

/// One keep-alive connection posts bodies of range(0) bytes to a handler that answers at once.
/// server_cpu_us is the CPU time of all threads but the client's, per request.
void BM_KeepAlivePost(benchmark::State& state) {
    MetricsRegistry metrics;
    IoPool pool(1);
    auto server = HttpServer::start(
        pool, {.address = "127.0.0.1:0", .tls = {}, .limits = {}, .name = "bench"},
        [](const HttpRequest&, const HttpRespond& respond) {
            respond(
                {.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = "{}"});
        },
        {}, metrics);
    const int client = connect_to(server.value()->address());
    const std::string body(static_cast<std::size_t>(state.range(0)), 'x');
    const std::string request =
        "POST /TraceSegments HTTP/1.1\r\nHost: localhost:2080\r\nAccept-Encoding: identity\r\n"
        "User-Agent: aws-cli/2.0 Python/3.11\r\nContent-Type: application/json\r\n"
        "X-Amz-Date: 20261123T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 Credential=x/20261123/"
        "us-east-1/xray/aws4_request, SignedHeaders=host;x-amz-date, Signature=" +
        std::string(64, '0') + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
        body;

    const double process_before = process_cpu_seconds();
    const double client_before = thread_cpu_seconds();
    for (auto _ : state)
        if (!exchange(client, request)) state.SkipWithError("no answer");
    const double server_cpu =
        (process_cpu_seconds() - process_before) - (thread_cpu_seconds() - client_before);
    state.counters["server_cpu_us"] =
        benchmark::Counter(server_cpu * 1e6, benchmark::Counter::kAvgIterations);
    state.counters["requests"] =
        benchmark::Counter(1, benchmark::Counter::kIsIterationInvariantRate);
    close(client);
}
BENCHMARK(BM_KeepAlivePost)->Arg(0)->Arg(1300)->Arg(50'000)->Arg(1'000'000)->UseRealTime();

}  // namespace

}  // namespace tomograph
