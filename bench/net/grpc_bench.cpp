#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "net/grpc/frame.h"
#include "net/grpc/service.h"
#include "net/http2/frames.h"
#include "net/http_server.h"
#include "net/socket_name.h"

namespace tomograph {

namespace {

double cpu_seconds(int who) {
    rusage usage{};
    getrusage(who, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/// A client that costs next to nothing: its frames are made once, and of what comes back it only
/// counts the ends of streams.
class Client {
 public:
    Client(const std::string& address, std::size_t message_bytes) {
        const auto parsed = parse_socket_address(address);
        const SocketName name = to_socket_name(*parsed);
        descriptor_ = socket(name.storage.ss_family, SOCK_STREAM, 0);
        is_well_ = connect(descriptor_, name.address(), name.size) == 0;
        // All the window there is for the answers.
        send_all(http2::hello() +
                 http2::frame(http2::window_update, 0, 0, http2::number(0x7fff0000 - 65'535, 4)) +
                 http2::frame(http2::settings, http2::ack, 0, ""));
        call_ = http2::head(1, "POST", "/echo.Echo/Take", false,
                            {{"te", "trailers"},
                             {"content-type", "application/grpc"},
                             {"user-agent", "OTel-OTLP-Exporter-Cpp/1.0 grpc-c++/1.51.1"},
                             {"grpc-accept-encoding", "identity, deflate, gzip"},
                             {"grpc-timeout", "10S"}});
        call_ +=
            http2::body(1, grpc_prefix(message_bytes, false) + std::string(message_bytes, 'x'));
        // The server's settings count from our confirmation on, which it must have seen.
        ask();
        hear(1);
    }
    ~Client() { close(descriptor_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    bool is_well() const { return is_well_; }

    void ask() {
        stream_ += 2;
        const std::string id = http2::number(stream_, 4);
        for (std::size_t at = 0; at < call_.size();) {
            std::copy(id.begin(), id.end(), call_.begin() + static_cast<std::ptrdiff_t>(at) + 5);
            at += 9 + http2::read_number(std::string_view(call_).substr(at, 3));
        }
        send_all(call_);
    }

    /// Waits until so many more answers have come.
    void hear(std::uint64_t answers) {
        while (is_well_ && answers > 0) {
            char bytes[64 << 10];
            const ssize_t size = recv(descriptor_, bytes, sizeof bytes, 0);
            is_well_ = size > 0;
            if (!is_well_) return;
            unread_.append(bytes, static_cast<std::size_t>(size));
            for (const http2::Frame& one : http2::take_frames(unread_)) {
                is_well_ = is_well_ && one.type != http2::goaway && one.type != http2::rst_stream;
                const bool is_end =
                    one.type == http2::headers && (one.flags & http2::end_stream) != 0;
                if (is_end) --answers;
            }
        }
    }

 private:
    void send_all(std::string_view bytes) {
        while (is_well_ && !bytes.empty()) {
            const ssize_t sent = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            is_well_ = sent > 0;
            if (is_well_) bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    int descriptor_ = -1;
    bool is_well_ = false;
    std::uint32_t stream_ = static_cast<std::uint32_t>(-1);  // the first is 1
    std::string call_;
    std::string unread_;
};

/// One connection calls with messages of range(0) bytes, range(1) of them on their way at a time;
/// each is answered at once with an empty message. per_cpu_second counts messages by the CPU time
/// of all threads but the client's.
void BM_GrpcUnary(benchmark::State& state) {
    MetricsRegistry metrics;
    const RealClock clock;
    IoPool pool(1);
    HttpServerOptions options{.address = "127.0.0.1:0", .tls = {}, .limits = {}, .name = "bench"};
    options.limits.wire_body_bytes_max = 16U << 20;
    GrpcService service({.limits = options.limits, .listener = "bench"}, clock, metrics);
    service.add("/echo.Echo/Take", [](const GrpcCall& call, const GrpcRespond& respond) {
        benchmark::DoNotOptimize(call.message().data());
        respond({});
    });
    auto server = HttpServer::start(pool, options, service.handler(), {}, metrics);
    Client client(server.value()->address(), static_cast<std::size_t>(state.range(0)));
    const auto window = static_cast<std::uint64_t>(state.range(1));

    const double process_before = cpu_seconds(RUSAGE_SELF);
    const double client_before = cpu_seconds(RUSAGE_THREAD);
    std::uint64_t messages = 0;
    for (auto _ : state) {
        for (std::uint64_t i = 0; i < window; ++i) client.ask();
        client.hear(window);
        messages += window;
        if (!client.is_well()) {
            state.SkipWithError("the connection ended");
            break;
        }
    }
    const double cpu =
        (cpu_seconds(RUSAGE_SELF) - process_before) - (cpu_seconds(RUSAGE_THREAD) - client_before);
    state.counters["per_cpu_second"] = static_cast<double>(messages) / cpu;
    state.counters["per_second"] =
        benchmark::Counter(static_cast<double>(messages), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_GrpcUnary)
    ->Args({2'000, 1})
    ->Args({2'000, 16})
    ->Args({197'000, 1})
    ->Args({197'000, 4})
    ->UseRealTime();

}  // namespace

}  // namespace tomograph
