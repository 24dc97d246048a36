#include "query/trace_columns.h"

#include <cstring>

#include "query/query_fixture.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

TraceId trace_one() { return *parse_trace_id(trace_text(1)); }

/// An entry with two overlapping calls, one of which another segment answers; and an orphan.
void put_trace(QueryFixture& fixture) {
    fixture.put(document(
        {.id = 1,
         .name = "api",
         .end = 1,
         .more =
             ",\"fault\":true,\"annotations\":{\"n\":7}" +
             with_subsegments(
                 embedded({.id = 2, .name = "db", .start = 0.1, .end = 0.5}) + "," +
                 embedded({.id = 3,
                           .name = "bank",
                           .start = 0.4,
                           .end = 0.8,
                           .more = ",\"namespace\":\"remote\",\"annotations\":{\"to\":\"x\"}"}))}));
    fixture.put(document({.id = 4, .parent = 3, .name = "bank", .start = 0.45, .end = 0.7}));
    fixture.put(document({.id = 5, .parent = 99, .name = "lost", .start = 0.2, .end = 0.3}));
}

std::size_t row_of(const TraceColumns& columns, std::uint64_t id) {
    const auto found = std::find(columns.ids.begin(), columns.ids.end(), SpanId{id});
    REQUIRE(found != columns.ids.end());
    return static_cast<std::size_t>(found - columns.ids.begin());
}

}  // namespace

TEST_CASE("a trace in columns has each span once, under its parent") {
    QueryFixture fixture;
    put_trace(fixture);
    const auto columns = read_trace_columns(fixture.context(), trace_one());
    REQUIRE(columns);
    REQUIRE(columns->ids.size() == 5);
    CHECK(columns->duration == Duration::seconds(1));
    const std::size_t api = row_of(*columns, 1);
    const std::size_t bank_call = row_of(*columns, 3);
    const std::size_t bank = row_of(*columns, 4);
    CHECK(columns->parents[api] == -1);
    CHECK(columns->parents[bank_call] == static_cast<std::int32_t>(api));
    CHECK(columns->parents[bank] == static_cast<std::int32_t>(bank_call));
    CHECK(columns->selves[api] == Duration::milliseconds(300));  // 0.1 to 0.8 are children's
    CHECK(columns->selves[bank] == Duration::milliseconds(250));
    CHECK(columns->starts[bank] == Duration::milliseconds(450));
    CHECK((columns->flags[api] & (column_segment | column_fault)) ==
          (column_segment | column_fault));
    CHECK(columns->strings[columns->services[bank_call]] == "api");
    CHECK(columns->strings[columns->services[bank]] == "bank");
    CHECK(columns->strings[columns->names[row_of(*columns, 2)]] == "db");
    CHECK((columns->flags[row_of(*columns, 5)] & column_orphan) != 0);
    CHECK(columns->is_partial);
    for (std::size_t i = 0; i < columns->parents.size(); ++i)
        CHECK(columns->parents[i] < static_cast<std::int32_t>(i));
}

TEST_CASE("the bytes of a trace are laid out as they are drawn") {
    QueryFixture fixture;
    put_trace(fixture);
    const auto columns = read_trace_columns(fixture.context(), trace_one());
    REQUIRE(columns);
    const std::string bytes = to_bytes(*columns);
    const auto number = [&](std::size_t at, auto zero) {
        std::memcpy(&zero, bytes.data() + at, sizeof zero);
        return zero;
    };
    CHECK(bytes.substr(0, 4) == "TMTC");
    CHECK(number(4, std::uint32_t{}) == 1);
    const std::size_t n = number(8, std::uint32_t{});
    const std::size_t strings = number(12, std::uint32_t{});
    REQUIRE(n == 5);
    CHECK(strings == columns->strings.size());
    CHECK(bytes.substr(16, 32) == to_hex(columns->id));
    CHECK(number(48, double{}) == doctest::Approx(columns->start.as_seconds()));
    CHECK(number(56, double{}) == doctest::Approx(1));
    CHECK(number(64, std::uint32_t{}) == 2);
    CHECK(number(68, std::uint32_t{}) == 1);
    const std::size_t ids = 72 + 16 * n;
    const std::size_t selves = ids + 8 * n;
    for (std::size_t i = 0; i < n; ++i) {
        CHECK(number(72 + 8 * i, double{}) == doctest::Approx(columns->starts[i].as_seconds()));
        CHECK(number(ids + 8 * i, std::uint64_t{}) == columns->ids[i].value);
        CHECK(number(selves + 4 * i, float{}) == doctest::Approx(columns->selves[i].as_seconds()));
        CHECK(number(selves + 4 * n + 4 * i, std::int32_t{}) == columns->parents[i]);
        CHECK(number(selves + 10 * n + 2 * i, std::uint16_t{}) == columns->names[i]);
        CHECK(number(selves + 12 * n + i, std::uint8_t{}) == columns->flags[i]);
    }
    const std::size_t ends = (selves + 13 * n + 3) / 4 * 4;
    std::size_t from = 0;
    for (std::size_t s = 0; s < strings; ++s) {
        const std::size_t end = number(ends + 4 * s, std::uint32_t{});
        CHECK(bytes.substr(ends + 4 * strings + from, end - from) == columns->strings[s]);
        from = end;
    }
    CHECK(bytes.size() == ends + 4 * strings + from);
}

TEST_CASE("a span's details are what its document says of it") {
    QueryFixture fixture;
    put_trace(fixture);
    const auto details = read_span_details(fixture.context(), trace_one(), SpanId{3});
    REQUIRE(details);
    CHECK(details->name == "bank");
    CHECK(details->service == "api");
    CHECK(details->segment == SpanId{1});
    CHECK(details->document.starts_with("{\"trace_id\""));
    bool has_annotation = false;
    for (const auto& each : details->attributes) {
        CHECK(path_text(each.path) != "annotations.n");  // the segment's
        has_annotation |= path_text(each.path) == "annotations.to" && each.value.text == "x";
    }
    CHECK(has_annotation);
    CHECK(read_span_details(fixture.context(), trace_one(), SpanId{77}).error().code() ==
          ErrorCode::not_found);
    CHECK(read_trace_columns(fixture.context(), TraceId{1, 1}).error().code() ==
          ErrorCode::not_found);
}
