#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>

#include "support/goldens.h"
#include "support/otlp_round_trip.h"
#include "wire/otlp/span_record.h"
#include "wire/otlp/spans_of_segment.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t bytes_max = 204'800;

Segment decoded(const std::string& json) {
    SegmentDecoder decoder;
    auto document = decoder.decode(json, {});
    REQUIRE(std::holds_alternative<Segment>(document));
    return std::get<Segment>(std::move(document));
}

std::string records(const std::string& json) {
    const OtlpSpans spans = spans_of_segment(decoded(json), json);
    std::string text;
    for (const OtlpSpan& span : spans.spans)
        text += span_record(span, spans.resource, spans.scope, bytes_max) + "\n";
    return text;
}

}  // namespace

// tests/wire/xray/<case>/in.json is a document as a client sends it; tests/wire/otlp/<case>.jsonl
// what it becomes, a span a line.
TEST_CASE("documents become the spans that the goldens say") {
    const fs::path goldens = GOLDENS_FOLDER;
    std::size_t cases = 0;
    for (const auto& entry : fs::directory_iterator(goldens)) {
        if (entry.path().extension() != ".jsonl") continue;
        const std::string name = entry.path().stem().string();
        CAPTURE(name);
        fs::path in = goldens / (name + ".json");
        if (!fs::exists(in)) in = goldens.parent_path() / "xray" / name / "in.json";
        check_golden(entry.path(), records(read_golden(in)));
        ++cases;
    }
    CHECK(cases >= 8);
}

TEST_CASE("a span with every field comes back as it came, in protobuf and in JSON") {
    const std::string json = read_golden(fs::path(GOLDENS_FOLDER) / "every_field.otlp.json");
    const auto request = trace_request_of_json(json);
    REQUIRE(request);
    CHECK(round_trip_fault(*request) == "");
    OtlpRoundTrip trip;
    REQUIRE(read_trace_request(*request, trip));
    REQUIRE(trip.all.rows().size() == 3);
    CHECK("{\"resourceSpans\":" + resource_spans_json(trip.all, OtlpJsonStyle::otlp) + "}\n" ==
          json);
    const std::string by_name = resource_spans_json(trip.all, OtlpJsonStyle::protobuf);
    CHECK(by_name.find(R"("traceId":"WBz3caAGZJEn43GQOi3peQ==")") != std::string::npos);
    CHECK(by_name.find(R"("kind":"SPAN_KIND_CLIENT")") != std::string::npos);
    CHECK(by_name.find(R"("code":"STATUS_CODE_ERROR")") != std::string::npos);
}

TEST_CASE("a span that is too long loses its longest attributes, and says how many") {
    const std::string json =
        R"({"trace_id":"1-581cf771-a006649127e371903a2de979","id":"70de5b6f19ff9a0a","name":"a",)"
        R"("start_time":1478293361,"end_time":1478293362,"user":"ana",)"
        R"("metadata":{"large":")" +
        std::string(3000, 'x') + R"(","small":1}})";
    const OtlpSpans spans = spans_of_segment(decoded(json), json);
    const std::string whole = span_record(spans.spans[0], spans.resource, spans.scope, bytes_max);
    CHECK(whole.find("aws.xray.metadata.large") != std::string::npos);
    const std::string cut = span_record(spans.spans[0], spans.resource, spans.scope, 1000);
    CHECK(cut.size() <= 1000);
    CHECK(cut.find("aws.xray.metadata.large") == std::string::npos);
    CHECK(cut.find(R"("aws.xray.metadata.small":"1")") != std::string::npos);
    CHECK(cut.find(R"("enduser.id":"ana")") != std::string::npos);
    CHECK(cut.find(R"("droppedAttributesCount":1)") != std::string::npos);
}

TEST_CASE("of many short attributes no more are left out than must be") {
    std::string json =
        R"({"trace_id":"1-581cf771-a006649127e371903a2de979","id":"70de5b6f19ff9a0a","name":"a",)"
        R"("start_time":1478293361,"end_time":1478293362,"metadata":{)";
    for (int i = 0; i < 4000; ++i) json += fmt::format(R"({}"key{}":{})", i > 0 ? "," : "", i, i);
    json += "}}";
    const OtlpSpans spans = spans_of_segment(decoded(json), json);
    const std::string whole = span_record(spans.spans[0], spans.resource, spans.scope, bytes_max);
    REQUIRE(whole.size() > 100'000);
    const std::string cut = span_record(spans.spans[0], spans.resource, spans.scope, 60'000);
    CHECK(cut.size() <= 60'000);
    CHECK(cut.size() > 45'000);
    CHECK(cut.find(R"("droppedAttributesCount":)") != std::string::npos);
}

}  // namespace tomograph
