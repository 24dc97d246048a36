#include "demo/traffic.h"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <variant>

#include "model/segment.h"
#include "wire/xray/segment_decoder.h"

using namespace tomograph;

namespace {

constexpr Instant noon = Instant::from_seconds(1'790'000'000);
constexpr int traces = 400;

std::vector<std::string> documents_of(std::uint64_t seed) {
    demo::Random random(seed);
    std::vector<std::string> documents;
    for (int i = 0; i < traces; ++i)
        for (demo::TimedDocument& document :
             demo::generate_trace(random, noon + Duration::seconds(i)))
            documents.push_back(std::move(document.json));
    return documents;
}

struct Seen {
    std::set<std::string> services;
    int faults = 0, throttles = 0, exceptions = 0, sql = 0, linked = 0, lambda = 0, streamed = 0;
    int in_progress = 0, waits_for_downstream = 0;
    std::set<std::string> aws_operations;
};

void look_at(const Segment& segment, Seen& seen) {
    if (segment.own().is_segment) seen.services.insert(std::string(segment.own().name));
    seen.in_progress += segment.own().in_progress;
    seen.streamed += !segment.own().is_segment;
    seen.lambda += segment.own().origin == "AWS::Lambda::Function";
    for (const Span& span : segment.spans) {
        seen.faults += span.fault;
        seen.throttles += span.throttle;
        seen.exceptions += static_cast<int>(span.exceptions.size());
        seen.sql += span.has_sql;
        seen.linked += static_cast<int>(span.links.size());
        seen.waits_for_downstream += span.expects_downstream;
        if (!span.aws.operation.empty())
            seen.aws_operations.insert(std::string(span.aws.operation));
    }
}

}  // namespace

TEST_CASE("every document of the demo is a valid segment document") {
    SegmentDecoder decoder;
    Seen seen;
    for (const std::string& json : documents_of(1)) {
        INFO(json);
        auto decoded = decoder.decode(json, AcceptanceWindow{.now = noon});
        REQUIRE(std::holds_alternative<Segment>(decoded));
        const Segment& segment = std::get<Segment>(decoded);
        CHECK(segment.subsegments_dropped == 0);
        CHECK(segment.annotations_dropped == 0);
        look_at(segment, seen);
    }
    CHECK(seen.services.size() == 12);
    CHECK(seen.faults > 0);
    CHECK(seen.throttles > 0);
    CHECK(seen.exceptions > 0);
    CHECK(seen.sql > 100);
    CHECK(seen.linked > 10);
    CHECK(seen.lambda > 5);
    CHECK(seen.in_progress > 0);
    CHECK(seen.streamed > 5);
    CHECK(seen.waits_for_downstream > 100);
    CHECK(seen.aws_operations.contains("SendMessage"));
    CHECK(seen.aws_operations.contains("PutObject"));
}

TEST_CASE("a segment's caller is in the demo's documents") {
    SegmentDecoder decoder;
    std::map<std::string, std::set<std::uint64_t>> ids;
    std::map<std::string, std::set<std::uint64_t>> parents;
    for (const std::string& json : documents_of(2)) {
        auto decoded = decoder.decode(json, std::nullopt);
        REQUIRE(std::holds_alternative<Segment>(decoded));
        const Segment& segment = std::get<Segment>(decoded);
        const std::string trace = to_xray_text(segment.trace_id);
        for (const Span& span : segment.spans) {
            ids[trace].insert(span.id.value);
            if (!span.parent_id.is_none()) parents[trace].insert(span.parent_id.value);
        }
    }
    for (const auto& [trace, wanted] : parents)
        for (const std::uint64_t id : wanted) CHECK(ids[trace].contains(id));
}

TEST_CASE("the same seed tells the same story, another seed another one") {
    CHECK(documents_of(7) == documents_of(7));
    CHECK(documents_of(7) != documents_of(8));
}

TEST_CASE("documents come in the order in which they are sent") {
    demo::Random random(3);
    for (int i = 0; i < 50; ++i) {
        Instant previous = noon;
        for (const demo::TimedDocument& document : demo::generate_trace(random, noon)) {
            CHECK(document.at >= previous);
            CHECK(document.at < noon + Duration::seconds(60));
            CHECK(document.json.size() < 60'000);
            previous = document.at;
        }
    }
}
