#include "wire/otlp/span_documents.h"

#include <benchmark/benchmark.h>

#include <array>
#include <protozero/pbf_writer.hpp>
#include <string>

namespace tomograph {
namespace {

void add_text(protozero::pbf_writer& message, std::uint32_t tag, std::string_view key,
              std::string_view value) {
    protozero::pbf_writer attribute(message, tag);
    attribute.add_string(1, key.data(), key.size());
    protozero::pbf_writer any(attribute, 2);
    any.add_string(1, value.data(), value.size());
}

void add_integer(protozero::pbf_writer& message, std::string_view key, std::int64_t value) {
    protozero::pbf_writer attribute(message, 9);
    attribute.add_string(1, key.data(), key.size());
    protozero::pbf_writer any(attribute, 2);
    any.add_int64(3, value);
}

constexpr std::size_t spans_of_request = 500;

/// Spans of some 400 bytes with ten attributes, as bench/load/otlp_load sends them.
std::string request() {
    std::string bytes;
    protozero::pbf_writer whole(bytes);
    protozero::pbf_writer resource_spans(whole, 1);
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
    constexpr std::array<int, 5> kinds = {2, 1, 3, 3, 1};
    for (std::size_t i = 0; i < spans_of_request; ++i) {
        protozero::pbf_writer span(scope_spans, 2);
        span.add_bytes(1, "TTTTTTTTTTTTTTTT");
        span.add_bytes(2, "SSSSSSSS");
        if (i % kinds.size() > 0) span.add_bytes(4, "PPPPPPPP");
        span.add_string(5, "GET /api/orders/{id}");
        span.add_enum(6, kinds[i % kinds.size()]);
        span.add_fixed64(7, 1'478'293'361'271'000'000 + i);
        span.add_fixed64(8, 1'478'293'361'449'000'000 + i);
        add_text(span, 9, "http.request.method", "GET");
        add_text(span, 9, "url.path", "/api/orders/" + std::to_string(i));
        add_text(span, 9, "http.route", "/api/orders/{id}");
        add_integer(span, "http.response.status_code", 200);
        add_text(span, 9, "server.address", "orders.shop.internal");
        add_integer(span, "server.port", 8080);
        add_text(span, 9, "network.protocol.version", "1.1");
        add_text(span, 9, "user_agent.original", "shop-client/2.7 (linux)");
        add_text(span, 9, "tenant", "tenant-" + std::to_string(i % 40));
        add_integer(span, "thread.id", static_cast<std::int64_t>(i % 16));
        span.add_fixed32(16, 0x101);
    }
    return bytes;
}

class Reader final : public SpanSink {
 public:
    void begin(const WireResource&, const WireScope&) override {}
    void take(const WireSpan& span) override { benchmark::DoNotOptimize(span.start_ns); }
};

class Maker final : public SpanSink {
 public:
    void begin(const WireResource& resource, const WireScope& scope) override {
        resource_ = &resource;
        documents_.begin(resource, scope);
    }
    void take(const WireSpan& span) override {
        auto pair = documents_.of(span, *resource_, window_);
        benchmark::DoNotOptimize(pair->first.json.data());
        if (pair) bytes += pair->first.json.size();
    }
    std::size_t bytes = 0;

 private:
    SpanDocuments documents_;
    const WireResource* resource_ = nullptr;
    AcceptanceWindow window_{.now = Instant{1'478'293'361'000'000'000}};
};

template <class Sink>
void run(benchmark::State& state) {
    const std::string bytes = request();
    Sink sink;
    for (auto _ : state) {
        const auto read = read_trace_request(bytes, sink);
        if (!read) state.SkipWithError("no request");
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(spans_of_request));
}

void read_spans(benchmark::State& state) { run<Reader>(state); }
BENCHMARK(read_spans);

/// Reading them is in it.
void span_documents(benchmark::State& state) { run<Maker>(state); }
BENCHMARK(span_documents);

}  // namespace
}  // namespace tomograph
