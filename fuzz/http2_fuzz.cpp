#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "net/http2/preface.h"
#include "net/http2/session.h"

using namespace tomograph;

namespace {

void require(bool claim) {
    if (!claim) std::abort();
}

HttpLimits small_limits() {
    HttpLimits limits;
    limits.wire_body_bytes_max = 64U << 10;
    limits.decoded_body_bytes_max = 1U << 20;
    limits.body_bytes_in_flight_max = 4U << 20;
    return limits;
}

/// A client says these bytes, cut into steps; what it asks is answered at once, or, every third,
/// later.
void converse(std::string_view bytes, std::size_t step, bool has_preface) {
    static MetricsRegistry metrics;
    static HttpService service(small_limits(), {}, {}, metrics, "fuzz");
    std::size_t requests = 0;
    Duration now = Duration::seconds(1);
    {
        Http2Session session(service, [](std::uint32_t) {}, now);
        std::vector<std::uint32_t> later;
        std::size_t said = 0;
        const auto produce = [&] {
            for (std::string out;; out.clear()) {
                session.produce(out, now);
                if (out.empty()) return;
                said += out.size();
            }
        };
        const auto answer = [&](std::uint32_t stream) {
            HttpReply reply;
            reply.body.assign(100, 'x');
            reply.trailers = {{"grpc-status", "0"}};
            session.answer(stream, std::move(reply), now);
        };
        produce();
        if (!has_preface) session.feed(http2_preface, now);
        const std::size_t all = bytes.size();
        while (!bytes.empty()) {
            session.feed(bytes.substr(0, step), now);
            bytes.remove_prefix(std::min(step, bytes.size()));
            now = now + Duration::milliseconds(10);
            while (auto request = session.next_request(now)) {
                require(request->request.body.size() <= 1U << 20);
                require(request->request.headers.size() <= 101);
                require(request->request.path.starts_with('/') || request->request.path == "*");
                if (++requests % 3 == 0)
                    later.push_back(request->stream);
                else
                    answer(request->stream);
            }
            produce();
            require(service.budget.used() <= 4U << 20);
        }
        for (const std::uint32_t stream : later) answer(stream);
        for (int second = 0; second < 70; second += 5) {
            now = now + Duration::seconds(5);
            session.check_deadlines(now);
            produce();
        }
        // A frame of nine bytes cannot make us say much more than a small reply.
        require(said <= 4096 + 64 * all);
        require(session.is_over() || session.wants_bytes());
    }
    require(service.budget.used() == 0);
}

}  // namespace

/// The first byte chooses the size of the reads and whether the preface is there; the rest is what
/// a client sends, whole and in pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const bool has_preface = (data[0] & 128U) != 0;
    converse(bytes, bytes.size(), has_preface);
    converse(bytes, 1 + data[0] % 32U, has_preface);
    return 0;
}
