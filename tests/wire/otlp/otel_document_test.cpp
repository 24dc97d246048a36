#include "wire/otlp/otel_document.h"

#include <doctest/doctest.h>

#include <protozero/pbf_writer.hpp>
#include <random>

#include "support/otlp_round_trip.h"

namespace tomograph {
namespace {

using Writer = protozero::pbf_writer;

/// Requests of any shape, all from one seed.
class Requests {
 public:
    explicit Requests(std::uint64_t seed) : random_(seed) {}

    std::string next() {
        std::string bytes;
        Writer request(bytes);
        for (std::size_t r = below(3); r-- > 0;) resource_spans(Writer(request, 1));
        return bytes;
    }

 private:
    std::size_t below(std::size_t bound) { return random_() % bound; }
    bool maybe() { return below(2) == 0; }
    std::uint32_t count() { return maybe() ? 0 : static_cast<std::uint32_t>(random_()); }

    std::string bytes(std::size_t size) {
        std::string all;
        for (std::size_t i = 0; i < size; ++i) all += static_cast<char>(random_());
        return all;
    }
    std::string text() {
        const std::string_view parts[] = {"a", "Z",  "\"", "\\", "\n", "\x01",
                                          "é", "漢", "$",  ".",  " "};
        std::string all;
        for (std::size_t i = below(6); i-- > 0;) all += parts[below(std::size(parts))];
        return all;
    }

    void value(Writer& out, int depth) {
        switch (below(depth > 3 ? 6 : 8)) {
            case 0:
                return out.add_string(1, text());
            case 1:
                return out.add_bool(2, maybe());
            case 2:
                return out.add_int64(3, maybe() ? static_cast<std::int64_t>(random_()) : 3);
            case 3:
                return out.add_double(4, real());
            case 4:
                return out.add_bytes(7, bytes(below(5)));
            case 5:
                return;
            case 6:
                return list(out, depth);
            default:
                return map(out, depth);
        }
    }
    double real() {
        const double numbers[] = {0.0,
                                  -0.0,
                                  3.0,
                                  0.1,
                                  -1e300,
                                  5e-324,
                                  std::numeric_limits<double>::infinity(),
                                  std::numeric_limits<double>::quiet_NaN()};
        return numbers[below(std::size(numbers))];
    }
    void list(Writer& out, int depth) {
        std::string array;
        for (std::size_t i = below(4); i-- > 0;) {
            std::string element;
            Writer inner(element);
            value(inner, depth + 1);
            Writer(array).add_message(1, element);
        }
        out.add_message(5, array);
    }
    void map(Writer& out, int depth) {
        std::string members;
        Writer inner(members);
        attributes(inner, 1, depth + 1);
        out.add_message(6, members);
    }
    /// Keys differ: of equal ones nobody knows the order.
    void attributes(Writer& out, std::uint32_t tag, int depth = 0) {
        const std::string_view keys[] = {"http.method",      "$bytes", "$map", "a b",
                                         "http.status_code", "list",   "é",    "exception.message",
                                         "db.system"};
        for (const std::string_view key : keys) {
            if (below(3) > 0) continue;
            Writer attribute(out, tag);
            attribute.add_string(1, std::string(key));
            std::string any;
            Writer writer(any);
            value(writer, depth);
            attribute.add_message(2, any);
        }
    }

    void resource_spans(Writer out) {
        {
            Writer resource(out, 1);
            attributes(resource, 1);
            resource.add_uint32(2, count());
        }
        for (std::size_t s = below(3); s-- > 0;) scope_spans(Writer(out, 2));
        if (maybe()) out.add_string(3, text());
    }
    void scope_spans(Writer out) {
        if (maybe()) {
            Writer scope(out, 1);
            scope.add_string(1, text());
            scope.add_string(2, text());
            attributes(scope, 3);
            scope.add_uint32(4, count());
        }
        for (std::size_t s = below(4); s-- > 0;) span(Writer(out, 2));
        if (maybe()) out.add_string(3, text());
    }
    void span(Writer out) {
        out.add_bytes(1, bytes(16));
        out.add_bytes(2, bytes(8));
        if (maybe()) out.add_string(3, text());
        if (maybe()) out.add_bytes(4, bytes(8));
        if (maybe()) out.add_string(5, text());
        out.add_enum(6, static_cast<std::int32_t>(below(8)));
        const std::uint64_t start = 1478293361271000000 + random_() % 1'000'000'000;
        out.add_fixed64(7, start);
        out.add_fixed64(8, maybe() ? start + below(1'000'000'000) : random_());
        attributes(out, 9);
        out.add_uint32(10, count());
        for (std::size_t e = below(3); e-- > 0;) event(out);
        out.add_uint32(12, count());
        for (std::size_t l = below(3); l-- > 0;) link(Writer(out, 13));
        out.add_uint32(14, count());
        if (maybe()) {
            Writer status(out, 15);
            status.add_string(2, text());
            status.add_enum(3, static_cast<std::int32_t>(below(4)));
        }
        if (maybe()) out.add_fixed32(16, count());
    }
    void event(Writer& out) {
        std::string event;
        Writer writer(event);
        if (maybe()) writer.add_fixed64(1, random_());
        if (maybe()) writer.add_string(2, maybe() ? "exception" : text());
        if (maybe()) attributes(writer, 3);
        if (maybe()) writer.add_uint32(4, count());
        out.add_message(11, event);
    }
    void link(Writer out) {
        out.add_bytes(1, bytes(below(4) == 0 ? below(20) : 16));
        out.add_bytes(2, bytes(below(4) == 0 ? below(10) : 8));
        if (maybe()) out.add_string(3, text());
        if (maybe()) attributes(out, 4);
        if (maybe()) out.add_uint32(5, count());
        if (maybe()) out.add_fixed32(6, count());
    }

    std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("any span comes back as it came") {
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        CAPTURE(seed);
        const std::string request = Requests(seed).next();
        REQUIRE(round_trip_fault(request) == "");
    }
}

TEST_CASE("a segment with a member otel of its sender's is a segment") {
    const std::string json =
        R"({"trace_id":"1-581cf771-a006649127e371903a2de979","id":"70de5b6f19ff9a0a","name":"a",)"
        R"("start_time":1478293361,"end_time":1478293362,"otel":{"version":1}})";
    SegmentDecoder decoder;
    const auto decoded = decoder.decode(json, {});
    REQUIRE(std::holds_alternative<Segment>(decoded));
    const OtlpSpans spans = spans_of_segment(std::get<Segment>(decoded), json);
    CHECK_FALSE(spans.is_of_otlp);
    REQUIRE(spans.spans.size() == 1);
    CHECK(spans.spans[0].kind == OtlpKind::server);
}

}  // namespace tomograph
