#include "query/batch_get_traces.h"

#include <algorithm>

#include "base/log.h"
#include "query/limits.h"
#include "query_fixture.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

BatchTracesAnswer ask(QueryFixture& fixture, std::vector<std::string> ids, std::string token = {}) {
    auto answer = batch_get_traces(fixture.context(),
                                   {.trace_ids = std::move(ids), .next_token = std::move(token)});
    REQUIRE(answer);
    return std::move(answer).value();
}

BatchTrace only_trace(QueryFixture& fixture) {
    BatchTracesAnswer answer = ask(fixture, {trace_text(1)});
    REQUIRE(answer.traces.size() == 1);
    return std::move(answer.traces[0]);
}

std::vector<std::string> documents_of(const BatchTrace& trace) {
    std::vector<std::string> documents;
    for (const SegmentDocument& segment : trace.segments) documents.push_back(segment.document);
    return documents;
}

}  // namespace

TEST_CASE("ids go in either spelling, once each, and unknown ones come back") {
    QueryFixture fixture;
    fixture.put(document({.trace = 1}));
    const std::string hex = to_hex(*parse_trace_id(trace_text(1)));
    const auto answer = ask(
        fixture, {hex, trace_text(1), trace_text(2), "nonsense", trace_text(2), "nonsense", ""});
    REQUIRE(answer.traces.size() == 1);
    CHECK(to_xray_text(answer.traces[0].id) == trace_text(1));
    CHECK(answer.unprocessed_trace_ids == std::vector<std::string>{"nonsense", "", trace_text(2)});
    CHECK(answer.next_token.empty());
    CHECK(ask(fixture, {}).traces.empty());
}

TEST_CASE("more ids than are allowed are refused") {
    QueryFixture fixture;
    const auto answer = batch_get_traces(
        fixture.context(), {.trace_ids = std::vector<std::string>(101, "x"), .next_token = {}});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message() == "TraceIds holds 101 ids, 100 are allowed");
}

TEST_CASE("more than five traces come in pages") {
    QueryFixture fixture;
    std::vector<std::string> ids;
    for (std::uint64_t n = 1; n <= 12; ++n) {
        ids.push_back(trace_text(n));
        if (n != 7) fixture.put(document({.trace = n}));
    }
    std::vector<std::string> seen, unknown;
    std::string token;
    std::size_t pages = 0;
    do {
        BatchTracesAnswer answer = ask(fixture, ids, token);
        CHECK(answer.traces.size() <= batch_page_traces);
        for (const BatchTrace& trace : answer.traces) seen.push_back(to_xray_text(trace.id));
        unknown.insert(unknown.end(), answer.unprocessed_trace_ids.begin(),
                       answer.unprocessed_trace_ids.end());
        token = answer.next_token;
        ++pages;
    } while (!token.empty());
    CHECK(pages == 3);
    CHECK(unknown == std::vector<std::string>{trace_text(7)});
    auto expected = ids;
    std::erase(expected, trace_text(7));
    CHECK(seen == expected);

    ids.pop_back();
    CHECK_FALSE(batch_get_traces(
        fixture.context(), {.trace_ids = ids, .next_token = ask(fixture, expected).next_token}));
}

TEST_CASE("a page of huge traces ends early, with a token for the rest") {
    QueryFixture fixture;
    const std::string padding = R"(,"metadata":{"m":")" + std::string(60'000, 'x') + "\"}";
    std::vector<std::string> ids;
    for (std::uint64_t n = 1; n <= 3; ++n) {
        ids.push_back(trace_text(n));
        for (std::uint64_t id = 1; id <= 150; ++id)
            fixture.put(document({.trace = n, .id = id, .more = padding}));
    }
    ids.insert(ids.begin() + 1, trace_text(9));  // there is none
    const auto first = batch_get_traces(fixture.context(), {.trace_ids = ids, .next_token = {}});
    REQUIRE(first);
    CHECK(first->traces.size() == 2);
    CHECK(first->unprocessed_trace_ids == std::vector<std::string>{trace_text(9)});
    const auto second =
        batch_get_traces(fixture.context(), {.trace_ids = ids, .next_token = first->next_token});
    REQUIRE(second);
    REQUIRE(second->traces.size() == 1);
    CHECK(to_xray_text(second->traces[0].id) == trace_text(3));
    CHECK(second->unprocessed_trace_ids.empty());
    CHECK(second->next_token.empty());
}

TEST_CASE("a document comes back byte for byte") {
    QueryFixture fixture;
    const std::string sent =
        "  " +
        document({.more = R"(,"unknown" : [1,  {"x":"ü\u0041"}],"metadata":{"a":{"b":1e3}})"}) +
        "\n";
    fixture.put(sent);
    const BatchTrace trace = only_trace(fixture);
    CHECK(documents_of(trace) == std::vector<std::string>{sent});
    CHECK(to_hex(trace.segments[0].id) == span_text(1));
    CHECK(trace.duration == Duration::seconds(1));
    CHECK_FALSE(trace.limit_exceeded);
    fixture.store.set_limit_exceeded(*parse_trace_id(trace_text(1)));
    CHECK(only_trace(fixture).limit_exceeded);
}

TEST_CASE("subsegments sent alone stand inside their segment, in any order of arrival") {
    const std::string parts[] = {
        document({.id = 1,
                  .name = "api",
                  .more = with_subsegments(embedded({.id = 2, .name = "step"}))}),
        document({.id = 3, .parent = 2, .name = "a", .is_subsegment = true}),
        document({.id = 4, .parent = 3, .name = "b", .is_subsegment = true}),
        document({.id = 5, .parent = 1, .name = "c", .is_subsegment = true}),
    };
    std::vector<std::size_t> order{0, 1, 2, 3};
    std::string first_seen;
    do {
        QueryFixture fixture;
        for (const std::size_t i : order) fixture.put(parts[i]);
        const auto documents = documents_of(only_trace(fixture));
        REQUIRE(documents.size() == 1);
        if (first_seen.empty()) first_seen = documents[0];
        CHECK(documents[0] == first_seen);
    } while (std::next_permutation(order.begin(), order.end()));

    SegmentDecoder decoder;
    const auto decoded = decoder.decode(first_seen, {});
    REQUIRE(std::holds_alternative<Segment>(decoded));
    const auto& spans = std::get<Segment>(decoded).spans;
    REQUIRE(spans.size() == 5);
    const auto parent_name = [&](std::string_view name) -> std::string_view {
        for (const Span& span : spans)
            if (span.name == name)
                return spans[static_cast<std::size_t>(std::max(span.parent_row, 0))].name;
        return "absent";
    };
    CHECK(parent_name("a") == "step");
    CHECK(parent_name("b") == "a");
    CHECK(parent_name("c") == "api");
}

TEST_CASE("a subsegment without its segment is an entry of its own") {
    QueryFixture fixture;
    const std::string orphan =
        document({.id = 3, .parent = 99, .name = "lost", .is_subsegment = true});
    fixture.put(orphan);
    CHECK(documents_of(only_trace(fixture)) == std::vector<std::string>{orphan});
}

TEST_CASE("a subsegment that is embedded as well is not shown twice in one document") {
    const std::string running = with_subsegments(embedded({.id = 2, .name = "step", .end = -1}));
    SUBCASE("the embedded one is complete: the other is gone") {
        QueryFixture fixture;
        const std::string whole =
            document({.id = 1, .more = with_subsegments(embedded({.id = 2, .name = "step"}))});
        fixture.put(
            document({.id = 2, .parent = 1, .name = "step", .end = -1, .is_subsegment = true}));
        fixture.put(whole);
        CHECK(documents_of(only_trace(fixture)) == std::vector<std::string>{whole});
    }
    SUBCASE("the one sent alone is complete: it stands beside") {
        QueryFixture fixture;
        const std::string open = document({.id = 1, .end = -1, .more = running});
        const std::string done =
            document({.id = 2, .parent = 1, .name = "step", .is_subsegment = true});
        fixture.put(open);
        fixture.put(done);
        CHECK(documents_of(only_trace(fixture)) == std::vector<std::string>{open, done});
    }
}

TEST_CASE("an outdated document that holds what no other has is still shown") {
    QueryFixture fixture;
    const std::string outdated =
        document({.id = 2,
                  .parent = 1,
                  .name = "step",
                  .end = -1,
                  .is_subsegment = true,
                  .more = with_subsegments(embedded({.id = 3, .name = "inner"}))});
    const std::string whole =
        document({.id = 1, .more = with_subsegments(embedded({.id = 2, .name = "step"}))});
    fixture.put(outdated);
    fixture.put(whole);
    CHECK(documents_of(only_trace(fixture)) == std::vector<std::string>{whole, outdated});
}

TEST_CASE("inferred segments are entries with a stable id") {
    QueryFixture fixture;
    const std::string call = embedded(
        {.id = 2,
         .name = "DynamoDB",
         .more = R"(,"namespace":"aws","aws":{"table_name":"orders","operation":"PutItem"})"});
    const std::string remote =
        embedded({.id = 3, .name = "pay.example.com", .more = R"(,"namespace":"remote")"});
    fixture.put(document({.id = 1, .more = with_subsegments(call + "," + remote)}));
    const BatchTrace trace = only_trace(fixture);
    REQUIRE(trace.segments.size() == 3);
    CHECK(documents_of(only_trace(fixture)) == documents_of(trace));
    const std::string& table = trace.segments[1].document;
    CHECK(table.find(R"("inferred":true)") != std::string::npos);
    CHECK(table.find(R"("name":"DynamoDB")") != std::string::npos);
    CHECK(table.find(R"("origin":"AWS::DynamoDB::Table")") != std::string::npos);
    CHECK(table.find(R"("parent_id":")" + span_text(2) + R"(")") != std::string::npos);
    CHECK(table.find(to_hex(trace.segments[1].id)) != std::string::npos);
    CHECK(trace.segments[2].document.find("origin") == std::string::npos);
}

TEST_CASE("a long chain of subsegments is cut into several documents") {
    QueryFixture fixture;
    constexpr std::uint64_t links = 3 * splice_depth_max;
    fixture.put(document({.id = 1}));
    for (std::uint64_t id = 2; id <= links; ++id)
        fixture.put(document({.id = id, .parent = id - 1, .is_subsegment = true}));
    const BatchTrace trace = only_trace(fixture);
    CHECK(trace.segments.size() == 3);
    std::size_t ids = 0;
    for (const SegmentDocument& segment : trace.segments)
        for (std::size_t at = 0; (at = segment.document.find(R"("id":)", at)) != std::string::npos;
             ++at)
            ++ids;
    CHECK(ids == links);
}

TEST_CASE("a stored document that does not decode is counted and left out") {
    QueryFixture fixture;
    LogOptions quiet;
    std::string logged;
    quiet.sink = [&](std::string_view line) { logged += line; };
    set_log_options(quiet);
    const std::string good = document({.id = 1});
    fixture.put(good);
    SegmentHeader header;
    header.trace_id = *parse_trace_id(trace_text(1));
    header.id = {2};
    fixture.put_as(header, "not json");
    const auto documents = documents_of(only_trace(fixture));
    set_log_options({});
    CHECK(documents == std::vector<std::string>{good});
    CHECK(fixture.metrics.documents_undecodable.value() == 1);
    CHECK(logged.find("stored document does not decode") != std::string::npos);
    CHECK(logged.find("not json") == std::string::npos);
}
