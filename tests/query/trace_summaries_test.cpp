#include "query/trace_summaries.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/log.h"
#include "query/limits.h"
#include "query_fixture.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

TraceSummariesRequest around() { return {.start = at(-10), .end = at(10'000)}; }

std::string error_of(QueryFixture& fixture, const TraceSummariesRequest& request) {
    const auto answer = get_trace_summaries(fixture.context(), request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code() == ErrorCode::invalid);
    return answer.error().message();
}

}  // namespace

TEST_CASE("a bad request for summaries names the member") {
    QueryFixture fixture;
    struct Case {
        TraceSummariesRequest request;
        std::string_view message;
    };
    const double not_a_number = std::numeric_limits<double>::quiet_NaN();
    const Case cases[] = {
        {{.start = at(2), .end = at(1)}, "StartTime must be before EndTime"},
        {{.start = at(2), .end = at(2)}, "StartTime must be before EndTime"},
        {{.start = at(1), .end = at(2), .fixed_rate = 1.5},
         "SamplingStrategy Value must be from 0 to 1"},
        {{.start = at(1), .end = at(2), .fixed_rate = -0.1},
         "SamplingStrategy Value must be from 0 to 1"},
        {{.start = at(1), .end = at(2), .fixed_rate = not_a_number},
         "SamplingStrategy Value must be from 0 to 1"},
        {{.start = at(1), .end = at(2), .filter_expression = "fualt"},
         "Invalid filter expression at position 1: Unknown keyword 'fualt'; did you mean 'fault'?"},
        {{.start = at(1), .end = at(2), .next_token = "forged"},
         "NextToken is not one that this request was answered with"},
    };
    for (const Case& c : cases) CHECK(error_of(fixture, c.request) == c.message);
}

TEST_CASE("summaries come from the documents, newest first") {
    QueryFixture fixture;
    fixture.put(document({.trace = 1, .id = 1, .name = "old", .start = 0, .end = 1.5}));
    fixture.put(document(
        {.trace = 2, .id = 1, .name = "new", .start = 1, .end = 3, .more = R"(,"fault":true)"}));
    const auto answer = get_trace_summaries(fixture.context(), around());
    REQUIRE(answer);
    REQUIRE(answer->summaries.size() == 2);
    CHECK(answer->processed == 2);
    CHECK(answer->next_token.empty());
    CHECK(answer->approximate_time == at(-10));
    const TraceSummary& first = answer->summaries[0].summary;
    CHECK(to_xray_text(first.id) == trace_text(2));
    CHECK(first.has_fault);
    CHECK(first.duration == Duration::seconds(2));
    CHECK(first.entry_point->name == "new");
    CHECK_FALSE(answer->summaries[0].matched_event_time.has_value());
}

TEST_CASE("a filter expression chooses among the traces") {
    QueryFixture fixture;
    fixture.put(document({.trace = 1, .more = R"(,"fault":true)"}));
    fixture.put(document({.trace = 2, .end = 9}));
    fixture.put(document({.trace = 3}));
    const auto found = [&](std::string expression) {
        TraceSummariesRequest request = around();
        request.filter_expression = std::move(expression);
        const auto answer = get_trace_summaries(fixture.context(), request);
        REQUIRE(answer);
        CHECK(answer->processed == 3);
        std::set<std::string> ids;
        for (const MatchedSummary& each : answer->summaries)
            ids.insert(to_xray_text(each.summary.id));
        return ids;
    };
    using Ids = std::set<std::string>;
    CHECK(found("fault") == Ids{trace_text(1)});
    CHECK(found("responsetime > 5 OR fault") == Ids{trace_text(1), trace_text(2)});
    CHECK(found("!fault duration < 5") == Ids{trace_text(3)});
    CHECK(found("  ").size() == 3);
}

TEST_CASE("the kind of range decides which traces are in it") {
    QueryFixture fixture;
    // The id says second 0; the trace works from 100 to 300, its segment ends at 200.
    fixture.put(document({.trace = 1, .id = 1, .start = 100, .end = 200}));
    fixture.put(document(
        {.trace = 1, .id = 2, .parent = 1, .start = 250, .end = 300, .is_subsegment = true}));
    struct Case {
        TimeRangeType type;
        double start, end;
        bool found;
    };
    const Case cases[] = {
        {TimeRangeType::trace_id, 0, 1, true},     {TimeRangeType::trace_id, 1, 400, false},
        {TimeRangeType::event, 0, 100, false},     {TimeRangeType::event, 90, 110, true},
        {TimeRangeType::event, 210, 220, true},    {TimeRangeType::event, 301, 400, false},
        {TimeRangeType::service, 0, 200, false},   {TimeRangeType::service, 200, 201, true},
        {TimeRangeType::service, 250, 400, false},
    };
    for (const Case& c : cases) {
        CAPTURE(c.start);
        CAPTURE(c.end);
        const auto answer = get_trace_summaries(
            fixture.context(), {.start = at(c.start), .end = at(c.end), .type = c.type});
        REQUIRE(answer);
        CHECK(answer->summaries.size() == (c.found ? 1 : 0));
    }
}

TEST_CASE("by event the time of the match is told") {
    QueryFixture fixture;
    fixture.put(document({.trace = 1, .id = 1, .start = 100, .end = 200}));
    for (const double start : {50.0, 150.0}) {
        const auto answer = get_trace_summaries(
            fixture.context(), {.start = at(start), .end = at(300), .type = TimeRangeType::event});
        REQUIRE(answer);
        REQUIRE(answer->summaries.size() == 1);
        CHECK(answer->summaries[0].matched_event_time == at(std::max(start, 100.0)));
    }
}

TEST_CASE("the time of the match is when something went on, not when the trace began") {
    QueryFixture fixture;
    fixture.put(document({.trace = 1, .id = 1, .start = 100, .end = 110}));
    fixture.put(document({.trace = 1, .id = 2, .parent = 1, .start = 180, .end = 200}));
    struct Case {
        double start;
        double end;
        double matched;
    };
    for (const Case& c : {Case{90, 300, 100}, Case{105, 300, 105}, Case{150, 300, 180},
                          Case{190, 300, 190}, Case{120, 150, 120}}) {
        const auto answer = get_trace_summaries(
            fixture.context(),
            {.start = at(c.start), .end = at(c.end), .type = TimeRangeType::event});
        REQUIRE(answer);
        REQUIRE(answer->summaries.size() == 1);
        CHECK(answer->summaries[0].matched_event_time == at(c.matched));
    }
}

TEST_CASE("the revision rises with what is added and what is completed") {
    QueryFixture fixture;
    const auto revision = [&] {
        const auto answer = get_trace_summaries(fixture.context(), around());
        REQUIRE(answer);
        return answer->summaries.at(0).summary.revision;
    };
    fixture.put(document({.trace = 1, .id = 1, .start = 0, .end = -1}));
    CHECK(revision() == 1);
    fixture.put(document({.trace = 1, .id = 1, .start = 0, .end = 5}));
    CHECK(revision() == 2);
    fixture.put(document({.trace = 1, .id = 1, .start = 0, .end = 5}));  // sent twice
    CHECK(revision() == 2);
    fixture.put(document({.trace = 1, .id = 2, .parent = 1, .start = 1, .end = -1}));
    CHECK(revision() == 3);
    fixture.put(document({.trace = 1, .id = 2, .parent = 1, .start = 1, .end = 2}));
    CHECK(revision() == 4);
}

TEST_CASE("pages neither lose nor repeat, also while traces arrive") {
    QueryFixture fixture;
    constexpr std::uint64_t traces = 2 * summaries_page_traces + 17;
    const auto put = [&](std::uint64_t n, double start) {
        SegmentHeader header;
        header.trace_id = {0xfff0'0000'0000'0000 | n, n};
        header.id = {n};
        header.start = at(start);
        header.end = at(start);
        fixture.put_as(header, "{}");
    };
    for (std::uint64_t n = 1; n <= traces; ++n) put(n, static_cast<double>(n % 700));
    LogOptions quiet;
    quiet.sink = [](std::string_view) {};
    set_log_options(quiet);
    std::vector<TraceId> seen;
    TraceSummariesRequest request = around();
    std::size_t pages = 0;
    do {
        const auto answer = get_trace_summaries(fixture.context(), request);
        REQUIRE(answer);
        for (const MatchedSummary& matched : answer->summaries) seen.push_back(matched.summary.id);
        request.next_token = answer->next_token;
        put(10'000 + ++pages, 9000);  // newer than every page
    } while (!request.next_token.empty());
    set_log_options({});
    CHECK(pages == 3);
    CHECK(seen.size() == traces);
    CHECK(std::set<TraceId>(seen.begin(), seen.end()).size() == traces);
    CHECK(fixture.metrics.documents_undecodable.value() == traces);
}

TEST_CASE("a fixed rate samples by trace and counts what it passed over") {
    QueryFixture fixture;
    for (std::uint64_t n = 1; n <= 200; ++n) fixture.put(document({.trace = n}));
    TraceSummariesRequest request = around();
    request.fixed_rate = 0.25;
    const auto answer = get_trace_summaries(fixture.context(), request);
    REQUIRE(answer);
    CHECK(answer->summaries.size() > 20);
    CHECK(answer->summaries.size() < 90);
    CHECK(answer->processed == 200);
    for (const MatchedSummary& matched : answer->summaries)
        CHECK(is_in_sample(matched.summary.id, 0.25));
}

TEST_CASE("a token of another request is refused") {
    QueryFixture fixture;
    for (std::uint64_t n = 1; n <= summaries_page_traces + 1; ++n) {
        SegmentHeader header;
        header.trace_id = {static_cast<std::uint64_t>(epoch_second) << 32, n};
        header.id = {1};
        header.start = header.end = at(0);
        fixture.put_as(header, document({}));
    }
    TraceSummariesRequest request = around();
    const auto first = get_trace_summaries(fixture.context(), request);
    REQUIRE(first);
    REQUIRE_FALSE(first->next_token.empty());
    request.next_token = first->next_token;
    request.type = TimeRangeType::event;
    CHECK(error_of(fixture, request) == "NextToken is not one that this request was answered with");
    request.type = TimeRangeType::trace_id;
    request.filter_expression = "ok";
    CHECK(error_of(fixture, request) == "NextToken is not one that this request was answered with");
    request.filter_expression = "";
    CHECK(get_trace_summaries(fixture.context(), request));
    fixture.now = fixture.now + page_token_lifetime + Duration::seconds(1);
    CHECK(error_of(fixture, request) == "NextToken has expired; ask for the first page again");
}

TEST_CASE("a trace over its size limit is partial") {
    QueryFixture fixture;
    fixture.put(document({.trace = 1}));
    fixture.store.set_limit_exceeded(*parse_trace_id(trace_text(1)));
    const auto answer = get_trace_summaries(fixture.context(), around());
    REQUIRE(answer);
    CHECK(answer->summaries.at(0).summary.is_partial);
}
