#include <doctest/doctest.h>

#include <protozero/pbf_writer.hpp>

#include "wire/limits.h"
#include "wire/otlp/logs_request.h"
#include "wire/otlp/metrics_request.h"
#include "wire/otlp/span_documents.h"

using namespace tomograph;

// What is small on the wire and large in memory: the bounds of each reader.
// tests/e2e/test_attacks.py measures what they are worth.

namespace {

std::string field(std::uint32_t tag, const std::string& content) {
    std::string bytes;
    protozero::pbf_writer(bytes).add_message(tag, content);
    return bytes;
}

std::string repeated(std::uint32_t tag, const std::string& content, std::size_t count) {
    const std::string one = field(tag, content);
    std::string bytes;
    bytes.reserve(one.size() * count);
    for (std::size_t i = 0; i < count; ++i) bytes += one;
    return bytes;
}

/// A request of any signal with a resource, and this in its only scope.
std::string request(const std::string& content, const std::string& resource = "") {
    return field(1, field(1, resource) + field(2, content));
}

std::string span(const std::string& more = "") {
    std::string bytes;
    protozero::pbf_writer out(bytes);
    out.add_bytes(1, std::string(16, '\1'));
    out.add_bytes(2, std::string(8, '\2'));
    out.add_fixed64(7, 1'478'293'361'000'000'000);
    return bytes + more;
}

std::string attribute(std::size_t value_bytes) {
    return field(1, "k") + field(2, field(1, std::string(value_bytes, 'v')));
}

struct Spans final : SpanSink {
    void begin(const WireResource& its, const WireScope& scope) override {
        resource = &its;
        documents.begin(its, scope);
    }
    void take(const WireSpan& span) override {
        ++taken;
        const auto made = documents.of(span, *resource, {.now = {1'478'293'361'000'000'000}});
        if (!made) refused.push_back(made.error().message());
    }

    const WireResource* resource = nullptr;
    SpanDocuments documents;
    std::size_t taken = 0;
    std::vector<std::string> refused;
};

struct Points final : MetricsRequestSink {
    void resource(const WireResource& its) override { is_oversized = its.is_oversized; }
    void scope(const WireScope&) override {}
    void point(const WireMetric&, const WireDataPoint& point) override {
        ++taken;
        attributes = point.attributes.size();
        is_oversized = is_oversized || point.is_oversized;
    }
    void empty(const WireMetric&) override { ++taken; }

    std::size_t taken = 0;
    std::size_t attributes = 0;
    bool is_oversized = false;
};

constexpr LogBounds log_bounds{.received = {1},
                               .line_bytes_max = 1000,
                               .attributes_max = 10,
                               .bytes_max = std::size_t{1} << 20};

const std::string too_many = "more than 262144 messages in one request: send fewer at once";

}  // namespace

TEST_CASE("a request of any signal has so many messages, its resource and scope among them") {
    const std::size_t room = otlp_messages_max - 2;
    Spans fitting;
    CHECK(read_trace_request(request(repeated(2, "", room)), fitting));
    CHECK(fitting.taken == room);
    CHECK(read_logs_request(request(repeated(2, "", room)), log_bounds)->batch.records.size() ==
          room);
    Points points;
    CHECK(read_metrics_request(request(repeated(2, "", room)), points));
    CHECK(points.taken == room);

    const std::vector<std::string> over = {
        request(repeated(2, "", room + 1)), repeated(1, "", otlp_messages_max + 1),
        field(1, repeated(2, "", otlp_messages_max)),
        request(repeated(2, "", room / 2)) + request(repeated(2, "", room / 2))};
    for (const std::string& bytes : over) {
        Spans spans;
        const auto traces = read_trace_request(bytes, spans);
        REQUIRE_FALSE(traces);
        CHECK(traces.error().code() == ErrorCode::invalid);
        CHECK(traces.error().message() == too_many);
        const auto logs = read_logs_request(bytes, log_bounds);
        REQUIRE_FALSE(logs);
        CHECK(logs.error().message() == too_many);
        Points none;
        const auto metrics = read_metrics_request(bytes, none);
        REQUIRE_FALSE(metrics);
        CHECK(metrics.error().message() == too_many);
    }
    Points none;
    const auto metrics =
        read_metrics_request(request(field(2, field(5, repeated(1, "", room)))), none);
    REQUIRE_FALSE(metrics);
    CHECK(none.taken == room);  // the one too many among them
}

TEST_CASE("a span over its bounds is refused by its id, and its neighbours are not") {
    const std::string large = span(field(9, attribute(otlp_span_bytes_max)));
    const std::string events = span(repeated(11, "", otlp_events_max + 1));
    const std::string links = span(repeated(13, "", otlp_events_max + 1));
    for (const std::string& one : {large, events, links}) {
        Spans spans;
        REQUIRE(read_trace_request(request(field(2, span()) + field(2, one) + field(2, span())),
                                   spans));
        CHECK(spans.taken == 3);
        REQUIRE(spans.refused.size() == 1);
        CHECK(spans.refused[0] == "the span has more than 262144 bytes or 8192 events or links");
    }
}

TEST_CASE("a resource or a scope over its bound, in one piece or several, refuses what is in it") {
    const std::string half = field(1, attribute(otlp_resource_bytes_max / 2 + 1));
    const std::string in_pieces =
        field(1, field(1, half) + field(1, half) + field(2, field(2, span()) + field(2, span())));
    Spans spans;
    REQUIRE(read_trace_request(in_pieces + request(field(2, span()), half), spans));
    CHECK(spans.taken == 3);
    CHECK(spans.refused == std::vector<std::string>(2, "its resource has more than 65536 bytes"));
    Spans scoped;
    const std::string scope = field(1, field(3, attribute(otlp_resource_bytes_max)));
    REQUIRE(read_trace_request(request(scope + field(2, span())), scoped));
    CHECK(scoped.refused == std::vector<std::string>{"its scope has more than 65536 bytes"});

    const auto logs = read_logs_request(in_pieces, log_bounds);
    REQUIRE(logs);
    CHECK(logs->rejected == 2);
    CHECK(logs->why == "the resource of a line has more than 65536 bytes");
    CHECK(logs->batch.streams.empty());
    Points points;
    REQUIRE(read_metrics_request(in_pieces, points));
    CHECK(points.is_oversized);
}

TEST_CASE("lines and what is said of their streams have so many bytes, and empty scopes none") {
    const std::string resource = field(1, attribute(50'000));
    const std::string scope = field(2, field(2, ""));
    std::string bytes = field(1, resource);
    for (int i = 0; i < 25; ++i) bytes += scope;
    const auto over = read_logs_request(field(1, bytes), log_bounds);
    REQUIRE_FALSE(over);
    CHECK(over.error().message() == "lines of more than 1048576 bytes at once");
    const auto empty =
        read_logs_request(field(1, field(1, resource) + repeated(2, "", 1000)), log_bounds);
    REQUIRE(empty);
    CHECK(empty->batch.streams.empty());
    const auto lines = read_logs_request(
        request(repeated(2, field(5, field(1, std::string(900, 'x'))), 1200)), log_bounds);
    REQUIRE_FALSE(lines);
}

TEST_CASE("a point over its bound is told, and nothing of it was read") {
    Points points;
    const std::string large = repeated(7, "", otlp_span_bytes_max / 2 + 1);
    REQUIRE(read_metrics_request(request(field(2, field(5, field(1, large)))), points));
    CHECK(points.taken == 1);
    CHECK(points.is_oversized);
    CHECK(points.attributes == 0);
}
