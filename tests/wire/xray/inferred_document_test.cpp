#include "wire/xray/inferred_document.h"

#include <doctest/doctest.h>

#include <string>

#include "wire/xray/segment_decoder.h"

namespace tomograph {
namespace {

/// The inferred document of the last row of `json`.
std::string inferred(std::string_view json, std::string_view name, std::string_view origin) {
    SegmentDecoder decoder;
    const auto result = decoder.decode(json, {});
    REQUIRE(std::holds_alternative<Segment>(result));
    const Segment& segment = std::get<Segment>(result);
    return inferred_document(json, segment.spans.back(), segment.trace_id, SpanId{0xabc}, name,
                             origin);
}

}  // namespace

TEST_CASE(
    "an inferred segment copies times, http, aws, flags and cause of its subsegment as sent") {
    const std::string json =
        R"({"id":"0000000000000001","trace_id":"1-581cf771-a006649127e371903a2de979","name":"n","start_time":1,)"
        R"("end_time":2,"http":{"not":"this"},"subsegments":[{"id":"0000000000000002","name":"DynamoDB",)"
        R"("namespace":"aws","start_time": 1.2E0 ,"end_time":1.3,"http":{"response":{ "status" : 200 } },)"
        R"("aws":{"table_name":"t"},"cause":{"exceptions":[]},"fault":true,"metadata":{"big":[1]}}]})";
    CHECK(
        inferred(json, "t", "AWS::DynamoDB::Table") ==
        R"({"id":"0000000000000abc","name":"t","start_time":1.2E0,"end_time":1.3,)"
        R"("parent_id":"0000000000000002","inferred":true,"http":{"response":{ "status" : 200 } },)"
        R"("aws":{"table_name":"t"},"fault":true,"cause":{"exceptions":[]},)"
        R"("trace_id":"1-581cf771-a006649127e371903a2de979","origin":"AWS::DynamoDB::Table"})");
}

TEST_CASE("what cannot be copied is made from the row") {
    const std::string json =
        R"({"id":"0000000000000001","trace_id":"1-581cf771-a006649127e371903a2de979","type":"subsegment",)"
        R"("parent_id":"0000000000000003","name":"n","start_time":"1.5","end_time":1,"http":null})";
    CHECK(inferred(json, "a \"quoted\"\nname", "") ==
          R"({"id":"0000000000000abc","name":"a \"quoted\"\nname","start_time":1.500000000,)"
          R"("end_time":1.500000000,"parent_id":"0000000000000001","inferred":true,)"
          R"("trace_id":"1-581cf771-a006649127e371903a2de979"})");
}

TEST_CASE("a call in progress infers a segment in progress") {
    const std::string json =
        R"({"id":"0000000000000001","trace_id":"1-581cf771-a006649127e371903a2de979","type":"subsegment",)"
        R"("parent_id":"0000000000000003","name":"n","start_time":-0.25,"in_progress":true,"end_time":7})";
    CHECK(inferred(json, "n", "remote") ==
          R"({"id":"0000000000000abc","name":"n","start_time":-0.25,"in_progress":true,)"
          R"("parent_id":"0000000000000001","inferred":true,)"
          R"("trace_id":"1-581cf771-a006649127e371903a2de979","origin":"remote"})");
}

TEST_CASE("an inferred document is read like any other") {
    const std::string json =
        R"({"id":"0000000000000001","trace_id":"1-581cf771-a006649127e371903a2de979","type":"subsegment",)"
        R"("parent_id":"0000000000000003","name":"n","start_time":1,"end_time":2})";
    SegmentDecoder decoder;
    const auto result = decoder.decode(inferred(json, "n", "remote"), {});
    REQUIRE(std::holds_alternative<Segment>(result));
    CHECK(std::get<Segment>(result).own().parent_id == SpanId{1});
}

TEST_CASE("without its document an inferred segment still has id, name, times and parent") {
    Span span;
    span.id = SpanId{5};
    span.start = Instant{-1'500'000'000};
    span.end = Instant{2'000'000'001};
    CHECK(
        inferred_document("not json", span, TraceId{1, 2}, SpanId{6}, "n", "") ==
        R"({"id":"0000000000000006","name":"n","start_time":-1.500000000,"end_time":2.000000001,)"
        R"("parent_id":"0000000000000005","inferred":true,"trace_id":"1-00000000-000000010000000000000002"})");
}

}  // namespace tomograph
