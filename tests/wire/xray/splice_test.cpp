#include "wire/xray/splice.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "wire/xray/segment_decoder.h"

namespace tomograph {
namespace {

std::string entity(std::uint64_t id, std::string_view more = "") {
    return fmt::format(
        R"({{"id":"{:016x}","trace_id":"1-581cf771-a006649127e371903a2de979","name":"n","start_time":1,)"
        R"("end_time":2,"type":"subsegment","parent_id":"00000000000000ff"{}}})",
        id, more);
}

/// "1>2 1>3": the id of each row with its parent's.
std::vector<std::string> rows(std::string_view json) {
    SegmentDecoder decoder;
    const auto result = decoder.decode(json, {});
    REQUIRE(std::holds_alternative<Segment>(result));
    const Segment& segment = std::get<Segment>(result);
    CHECK(segment.subsegments_dropped == 0);
    std::vector<std::string> found;
    found.reserve(segment.spans.size());
    for (const Span& span : segment.spans) {
        found.push_back(fmt::format("{:x}>{:x}", span.parent_id.value, span.id.value));
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

TEST_CASE("a graft is put into its parent, and no other byte changes") {
    struct Case {
        std::string_view document;
        std::string_view spliced;
    };
    const std::vector<Graft> grafts = {{SpanId{1}, R"({"g":1})"}, {SpanId{1}, R"( {"g":2})"}};
    const Case cases[] = {
        {R"({"id":"0000000000000001"})",
         R"({"id":"0000000000000001","subsegments":[{"g":1}, {"g":2}]})"},
        {R"( { "id" : "0000000000000001" } )",
         R"( { "id" : "0000000000000001" ,"subsegments":[{"g":1}, {"g":2}]} )"},
        {R"({"subsegments":[],"id":"0000000000000001"})",
         R"({"subsegments":[{"g":1}, {"g":2}],"id":"0000000000000001"})"},
        {R"({"subsegments":[ ],"id":"0000000000000001"})",
         R"({"subsegments":[ {"g":1}, {"g":2}],"id":"0000000000000001"})"},
        {R"({"id":"0000000000000001","subsegments":[{"id":"]"} ],"x":1})",
         R"({"id":"0000000000000001","subsegments":[{"id":"]"} ,{"g":1}, {"g":2}],"x":1})"},
        {R"({"id":"0000000000000001","subsegments":null})",
         R"({"id":"0000000000000001","subsegments":null,"subsegments":[{"g":1}, {"g":2}]})"},
        {R"({"id":"0000000000000001","subsegments":[],"subsegments":null})",
         R"({"id":"0000000000000001","subsegments":[],"subsegments":null,"subsegments":[{"g":1}, {"g":2}]})"},
        {R"({"id":"f","subsegments":[5,{"id":"0000000000000001"}]})",
         R"({"id":"f","subsegments":[5,{"id":"0000000000000001","subsegments":[{"g":1}, {"g":2}]}]})"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.document);
        const auto spliced = splice_subsegments(each.document, grafts);
        REQUIRE(spliced);
        CHECK(*spliced == each.spliced);
    }
}

TEST_CASE("without grafts the document comes back as it is, whatever it is") {
    CHECK(*splice_subsegments("not json", {}) == "not json");
}

TEST_CASE("a spliced document decodes to the rows of all its parts") {
    const std::string own =
        entity(1, R"(,"subsegments":[{"id":"0000000000000002","name":"n","start_time":1,)"
                  R"("end_time":2}])");
    const std::string onto_inner = entity(3);
    const std::string onto_graft = entity(4, R"(,"subsegments":[])");
    const std::string onto_own = entity(5);
    const std::string onto_graft_of_graft = entity(6);
    const std::vector<Graft> grafts = {{SpanId{2}, onto_inner},
                                       {SpanId{3}, onto_graft},
                                       {SpanId{1}, onto_own},
                                       {SpanId{4}, onto_graft_of_graft}};
    const auto spliced = splice_subsegments(own, grafts);
    REQUIRE(spliced);
    CHECK(rows(*spliced) == std::vector<std::string>{"1>2", "1>5", "2>3", "3>4", "4>6", "ff>1"});
}

TEST_CASE("splicing says what is wrong") {
    const std::string own = entity(1);
    const Graft unknown{SpanId{9}, "{}"};
    const Graft broken{SpanId{1}, "{]"};
    const std::vector<Graft> self = {{SpanId{2}, R"({"id":"0000000000000002"})"}};
    CHECK(splice_subsegments(own, {&unknown, 1}).error().message() ==
          "no entity 0000000000000009 to graft on");
    CHECK(splice_subsegments(own, {&unknown, 1}).error().code() == ErrorCode::not_found);
    CHECK(splice_subsegments(own, {&broken, 1}).error().message() ==
          "graft under 0000000000000001: byte 1: expected a key in quotes");
    CHECK(splice_subsegments("[]", {&broken, 1}).error().message() ==
          "the document is not a JSON object");
    CHECK(splice_subsegments(own, self).error().code() == ErrorCode::not_found);
    const std::string_view replaced =
        R"({"id":"0000000000000001","subsegments":[{"id":"0000000000000009"}],"subsegments":[]})";
    CHECK(splice_subsegments(replaced, {&unknown, 1}).error().code() == ErrorCode::not_found);
}

TEST_CASE("ten thousand grafts, each on the one before, cost no stack") {
    std::vector<std::string> documents;
    for (std::uint64_t id = 1; id <= 10'000; ++id)
        documents.push_back(fmt::format(R"({{"id":"{:016x}"}})", id));
    std::vector<Graft> grafts;
    for (std::uint64_t id = 2; id <= 10'000; ++id)
        grafts.push_back({SpanId{id - 1}, documents[id - 1]});
    const auto spliced = splice_subsegments(documents.front(), grafts);
    REQUIRE(spliced);
    CHECK(std::count(spliced->begin(), spliced->end(), '{') == 10'000);
    CHECK(std::count(spliced->begin(), spliced->end(), ']') == 9'999);
}

}  // namespace tomograph
