// Sends OTLP requests of spans of some 400 bytes over keep-alive connections; arguments as of
// run_load(): OTLP/HTTP, or OTLP/gRPC.
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/hash.h"
#include "load_run.h"
#include "workload/otlp_spans.h"

namespace {

using namespace tomograph;
using namespace tomograph::workload;
using tomograph::load::wall_ns;

constexpr std::size_t spans_per_trace = otlp_spans_per_trace;
constexpr std::string_view start_mark = "BBBBBBBB";
constexpr std::string_view end_mark = "EEEEEEEE";

std::uint64_t as_number(std::string_view mark) {
    std::uint64_t number = 0;
    std::memcpy(&number, mark.data(), sizeof number);
    return number;
}

/// A request whose spans are stamped in place.
class Request final : public tomograph::load::RequestSource {
 public:
    Request(std::size_t spans, std::uint64_t first_number) : number_(first_number) {
        const std::string body = otlp_spans(spans, as_number(start_mark), as_number(end_mark));
        bytes_ =
            "POST /v1/traces HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-protobuf\r\n"
            "Content-Length: " +
            std::to_string(body.size()) + "\r\n\r\n";
        const std::size_t begin = bytes_.size();
        bytes_ += body;
        find_all(otlp_trace_mark, begin, traces_);
        find_all(otlp_span_mark, begin, ids_);
        find_all(otlp_parent_mark, begin, parents_);
        find_all(start_mark, begin, starts_);
        find_all(end_mark, begin, ends_);
    }

    const std::string& next() override {
        const std::uint64_t now = wall_ns();
        std::size_t parent = 0;
        std::uint64_t root = 0;
        for (std::size_t i = 0; i < ids_.size(); ++i) {
            if (i % spans_per_trace == 0) root = ++number_;
            put(traces_[i], mix64(root));
            put(traces_[i] + 8, mix64(root ^ 0xabcdef));
            put(ids_[i], mix64(root * spans_per_trace + i % spans_per_trace));
            if (i % spans_per_trace > 0) put(parents_[parent++], mix64(root * spans_per_trace));
            put(starts_[i], now - 20'000'000 + i * 1000);
            put(ends_[i], now - 1'000'000 - i * 1000);
        }
        return bytes_;
    }

 private:
    void find_all(std::string_view mark, std::size_t from, std::vector<std::size_t>& places) const {
        for (std::size_t at = bytes_.find(mark, from); at != std::string::npos;
             at = bytes_.find(mark, at + mark.size()))
            places.push_back(at);
    }
    void put(std::size_t place, std::uint64_t value) {
        std::memcpy(bytes_.data() + place, &value, sizeof value);
    }

    std::uint64_t number_;
    std::string bytes_;
    std::vector<std::size_t> traces_, ids_, parents_, starts_, ends_;
};

}  // namespace

int main(int argc, char** argv) {
    return tomograph::load::run_load(
        argc, argv, "spans",
        [](std::size_t spans, std::size_t connection) {
            return std::make_unique<Request>(spans, wall_ns() + (connection << 60));
        },
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export");
}
