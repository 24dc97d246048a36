#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/http_request_reader.h"

using namespace tomograph;

namespace {

/// What must not depend on how the bytes were cut into reads: the requests that come out. (A
/// refusal may come a few bytes later when the parser has to wait for the end of a quoted string.)
struct Outcome {
    std::size_t requests = 0;
    std::size_t body_bytes = 0;
    std::size_t headers = 0;
    bool operator==(const Outcome&) const = default;
};

void require(bool claim) {
    if (!claim) std::abort();
}

HttpLimits small_limits() {
    HttpLimits limits;
    limits.wire_body_bytes_max = 64U << 10;
    limits.decoded_body_bytes_max = 2U << 20;
    // Which output is looked at when depends on the cuts, so the ratio rule is left to the unit
    // tests.
    limits.compression_ratio_max = 1U << 20;
    limits.header_bytes_max = 4U << 10;
    limits.headers_max = 20;
    limits.body_bytes_in_flight_max = 16U << 20;
    return limits;
}

Outcome read_all(std::string_view bytes, std::size_t step) {
    static const HttpLimits limits = small_limits();
    BodyBudget budget(limits.body_bytes_in_flight_max);
    Outcome outcome;
    {
        HttpRequestReader reader(limits, budget);
        while (!bytes.empty()) {
            const std::size_t used = reader.feed(bytes.substr(0, step));
            require(used <= bytes.size());
            bytes.remove_prefix(used);
            require(budget.used() <= limits.body_bytes_in_flight_max);
            if (reader.state() == HttpRequestReader::State::failed) {
                require(reader.refusal().status >= 400 && !reader.refusal().sentence.empty());
                break;
            }
            reader.take_expectation();
            if (reader.state() != HttpRequestReader::State::complete) {
                require(used > 0);
                continue;
            }
            reader.keep_alive();
            const HttpRequest request = reader.take();
            require(request.body.size() <= limits.decoded_body_bytes_max);
            require(request.headers.size() <= limits.headers_max);
            require(!request.path.empty() && !request.method.empty());
            ++outcome.requests;
            outcome.body_bytes += request.body.size();
            outcome.headers += request.headers.size();
            reader.reset();
            require(budget.used() == 0);
        }
    }
    require(budget.used() == 0);
    return outcome;
}

}  // namespace

/// The first byte chooses the size of the reads; the rest is what a client sends. Whole and in
/// pieces it must come to the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Outcome whole = read_all(bytes, bytes.size());
    const Outcome pieces = read_all(bytes, 1 + data[0] % 32U);
    require(whole == pieces);
    return 0;
}
