#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/grpc/frame.h"
#include "net/grpc/health.h"
#include "net/grpc/service.h"
#include "net/http_body_stream.h"

using namespace tomograph;

namespace {

void require(bool claim) {
    if (!claim) std::abort();
}

}  // namespace

/// The first byte chooses the coding and the method, the rest is the body of a call, or the
/// messages of a dialogue. Each is answered once, and no message is larger than its bound.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    constexpr std::string_view codings[] = {"", "gzip", "deflate", "zstd", "identity", "snappy"};
    static MetricsRegistry metrics;
    static const RealClock clock;
    HttpLimits limits;
    limits.decoded_body_bytes_max = 1U << 20;
    limits.body_bytes_in_flight_max = 4U << 20;
    GrpcService service({.limits = limits, .listener = "fuzz"}, clock, metrics);
    service.add_health([] { return true; });
    service.add_reflection({});
    service.add("/a.B/C", [](const GrpcCall& call, const GrpcRespond& respond) {
        require(call.message().size() <= 1U << 20);
        GrpcAnswer answer;
        answer.message = call.message();
        respond(std::move(answer));
    });

    HttpRequest request;
    request.method = "POST";
    constexpr std::string_view paths[] = {
        "/a.B/C", "/a.B/C", "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"};
    request.path = paths[data[0] >> 6U];
    request.is_http2 = true;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    request.headers = {{"content-type", "application/grpc"},
                       {"grpc-encoding", std::string(codings[data[0] % std::size(codings)])},
                       {"grpc-timeout", std::string(rest.substr(0, data[0] % 4U))}};
    request.body = rest;
    int answers = 0;
    service.handler()(std::move(request), [&](const HttpReply& reply) {
        ++answers;
        require(reply.status == 200);
        if (!reply.body.empty()) require(check_grpc_body(reply.body).empty());
        if (!reply.stream) return;
        for (auto rest_of_body = reply.stream->take(); rest_of_body;
             rest_of_body = reply.stream->take())
            for (std::string_view left = *rest_of_body; !left.empty();)
                left.remove_prefix(grpc_prefix_bytes + read_grpc_prefix(left)->length);
    });
    require(answers == 1);
    require(grpc_percent_encode(rest).size() <= 3 * rest.size());
    read_health_request(rest);
    return 0;
}
