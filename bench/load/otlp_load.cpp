// Sends OTLP requests of spans of some 400 bytes over keep-alive connections; arguments as of
// run_load(): OTLP/HTTP, or OTLP/gRPC.
#include <array>
#include <cstring>
#include <memory>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <vector>

#include "load_run.h"

namespace {

using tomograph::load::wall_ns;

constexpr std::size_t spans_per_trace = 5;

std::uint64_t mix(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

void add_text(protozero::pbf_writer& message, std::uint32_t tag, std::string_view key,
              std::string_view value) {
    protozero::pbf_writer attribute(message, tag);
    attribute.add_string(1, key.data(), key.size());
    protozero::pbf_writer any(attribute, 2);
    any.add_string(1, value.data(), value.size());
}

void add_integer(protozero::pbf_writer& message, std::uint32_t tag, std::string_view key,
                 std::int64_t value) {
    protozero::pbf_writer attribute(message, tag);
    attribute.add_string(1, key.data(), key.size());
    protozero::pbf_writer any(attribute, 2);
    any.add_int64(3, value);
}

/// A span of some 400 bytes with ten attributes. Its ids and times are marks, to be stamped over.
void add_span(protozero::pbf_writer& scope_spans, std::size_t step, std::size_t number) {
    constexpr std::array<int, spans_per_trace> kinds = {2, 1, 3, 3, 1};
    constexpr std::array<std::string_view, spans_per_trace> names = {
        "GET /api/orders/{id}", "OrderService.load", "SELECT shop.orders", "GET /stock/{sku}",
        "render"};
    protozero::pbf_writer span(scope_spans, 2);
    span.add_bytes(1, "TTTTTTTTTTTTTTTT");
    span.add_bytes(2, "SSSSSSSS");
    if (step > 0) span.add_bytes(4, "PPPPPPPP");
    span.add_string(5, names[step].data(), names[step].size());
    span.add_enum(6, kinds[step]);
    span.add_fixed64(7, 0x4242424242424242ULL);
    span.add_fixed64(8, 0x4545454545454545ULL);
    add_text(span, 9, "http.request.method", step == 3 ? "POST" : "GET");
    add_text(span, 9, "url.path", "/api/orders/" + std::to_string(number % 1000));
    add_text(span, 9, "http.route", "/api/orders/{id}");
    add_integer(span, 9, "http.response.status_code", number % 50 == 0 ? 500 : 200);
    add_text(span, 9, "server.address", "orders.shop.internal");
    add_integer(span, 9, "server.port", 8080);
    add_text(span, 9, "network.protocol.version", "1.1");
    add_text(span, 9, "user_agent.original", "shop-client/2.7 (linux)");
    add_text(span, 9, "tenant", "tenant-" + std::to_string(number % 40));
    add_integer(span, 9, "thread.id", static_cast<std::int64_t>(number % 16));
    span.add_fixed32(16, 0x101);
}

/// A request whose spans are stamped in place.
class Request final : public tomograph::load::RequestSource {
 public:
    Request(std::size_t spans, std::uint64_t first_number) : number_(first_number) {
        std::string body;
        {
            protozero::pbf_writer request(body);
            protozero::pbf_writer resource_spans(request, 1);
            {
                protozero::pbf_writer resource(resource_spans, 1);
                add_text(resource, 1, "service.name", "orders");
                add_text(resource, 1, "service.version", "1.4.2");
                add_text(resource, 1, "telemetry.sdk.name", "opentelemetry");
                add_text(resource, 1, "telemetry.sdk.language", "java");
                add_text(resource, 1, "host.name", "ip-10-0-1-17.internal");
            }
            protozero::pbf_writer scope_spans(resource_spans, 2);
            {
                protozero::pbf_writer scope(scope_spans, 1);
                scope.add_string(1, "io.opentelemetry.tomcat-10.0");
            }
            for (std::size_t i = 0; i < spans; ++i)
                add_span(scope_spans, i % spans_per_trace, i / spans_per_trace);
        }
        bytes_ =
            "POST /v1/traces HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-protobuf\r\n"
            "Content-Length: " +
            std::to_string(body.size()) + "\r\n\r\n";
        const std::size_t begin = bytes_.size();
        bytes_ += body;
        find_all("TTTTTTTTTTTTTTTT", begin, traces_);
        find_all("SSSSSSSS", begin, ids_);
        find_all("PPPPPPPP", begin, parents_);
        find_all("BBBBBBBB", begin, starts_);
        find_all("EEEEEEEE", begin, ends_);
    }

    const std::string& next() override {
        const std::uint64_t now = wall_ns();
        std::size_t parent = 0;
        std::uint64_t root = 0;
        for (std::size_t i = 0; i < ids_.size(); ++i) {
            if (i % spans_per_trace == 0) root = ++number_;
            put(traces_[i], mix(root));
            put(traces_[i] + 8, mix(root ^ 0xabcdef));
            put(ids_[i], mix(root * spans_per_trace + i % spans_per_trace));
            if (i % spans_per_trace > 0) put(parents_[parent++], mix(root * spans_per_trace));
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
