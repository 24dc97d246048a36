#include "api/ingest.h"

#include <doctest/doctest.h>

#include <protozero/pbf_writer.hpp>

#include "api/limits.h"
#include "api/scripted_store.h"
#include "api/segment_text.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

struct Bench {
    ScriptedStore store;
    ManualClock clock{Instant::from_seconds(test_second)};
    MetricsRegistry metrics;
    Ingest ingest{store, clock, metrics};
    std::optional<Result<IngestOutcome>> outcome;
    int answers = 0;

    void put(std::vector<std::string> documents, IngestSource source = IngestSource::api) {
        const std::vector<std::string_view> views(documents.begin(), documents.end());
        outcome.reset();
        answers = 0;
        ingest.put(views, source, [this](Result<IngestOutcome> answered) {
            outcome = std::move(answered);
            ++answers;
        });
    }
    void put_spans(const std::string& request) {
        ingest.put_spans(request, IngestSource::otlp_grpc,
                         [this](Result<IngestOutcome> answered) { outcome = std::move(answered); });
    }
    bool has_metric(std::string_view line) const {
        return ("\n" + metrics.to_prometheus_text()).find("\n" + std::string(line) + "\n") !=
               std::string::npos;
    }
};

}  // namespace

TEST_CASE("good documents go into one append, byte for byte") {
    Bench bench;
    const std::string first = segment_text('a', R"(,  "unknown" : [1,  2])");
    bench.put({first, segment_text('b')});
    REQUIRE(bench.store.appends.size() == 1);
    REQUIRE(bench.store.appends[0].size() == 2);
    CHECK(bench.store.appends[0][0].bytes == first);
    CHECK(bench.store.appends[0][0].header.id.value == 0xaaaaaaaaaaaaaaaa);
    CHECK(bench.answers == 1);
    REQUIRE(*bench.outcome);
    CHECK((*bench.outcome)->kept == 2);
    CHECK((*bench.outcome)->rejections.empty());
    CHECK(bench.has_metric(R"(tomograph_api_segments_received_total{source="api"} 2)"));
}

TEST_CASE("a kept document's malformed links are counted") {
    Bench bench;
    bench.put({segment_text('a', R"(,"links":[{"trace_id":"1-5f000000-0","id":"x"},7])")});
    REQUIRE(*bench.outcome);
    CHECK((*bench.outcome)->kept == 1);
    CHECK(bench.has_metric(R"(tomograph_api_links_dropped_total{source="api"} 2)"));
    CHECK(bench.has_metric(R"(tomograph_api_links_dropped_total{source="udp"} 0)"));
}

TEST_CASE("an array counts as its elements") {
    Bench bench;
    bench.put({" [" + segment_text('a') + " , " + segment_text('b') + "]"});
    REQUIRE(bench.store.appends.size() == 1);
    CHECK(bench.store.appends[0].size() == 2);
    CHECK(bench.store.appends[0][1].bytes == segment_text('b'));
}

TEST_CASE("a broken document is refused alone, with its code") {
    struct Case {
        std::string document;
        RejectionCode code;
        std::string_view metric;
    };
    std::string wide = "[";
    for (std::size_t i = 0; i <= array_elements_max; ++i) wide += "1,";
    const Case cases[] = {
        {"", RejectionCode::parse_error, "ParseError"},
        {"{", RejectionCode::parse_error, "ParseError"},
        {"[" + segment_text('a'), RejectionCode::parse_error, "ParseError"},
        {wide + "1]", RejectionCode::parse_error, "ParseError"},
        {"{}", RejectionCode::missing_id, "MissingId"},
        {"T1S!", RejectionCode::invalid_segment, "Otlp"},
        {"T1S/w==", RejectionCode::invalid_segment, "Otlp"},
        {"M1CgA=", RejectionCode::invalid_segment, "Otlp"},
    };
    for (const auto& [document, code, metric] : cases) {
        CAPTURE(document);
        Bench bench;
        bench.put({document, segment_text('a')}, IngestSource::udp);
        REQUIRE(*bench.outcome);
        CHECK((*bench.outcome)->kept == 1);
        REQUIRE((*bench.outcome)->rejections.size() == 1);
        CHECK((*bench.outcome)->rejections[0].code == code);
        CHECK(bench.has_metric("tomograph_api_segments_rejected_total{code=\"" +
                               std::string(metric) + "\",source=\"udp\"} 1"));
        CHECK(bench.has_metric(R"(tomograph_api_segments_received_total{source="udp"} 2)"));
    }
}

TEST_CASE("when nothing is good the answer comes at once and the store is not asked") {
    Bench bench;
    bench.put({"{}"});
    CHECK(bench.answers == 1);
    CHECK(bench.store.appends.empty());
    bench.put({});
    CHECK(bench.answers == 1);
    CHECK(bench.store.appends.empty());
}

TEST_CASE("documents of a trace over its size are named, whenever the store answers") {
    for (const bool answers_late : {false, true}) {
        CAPTURE(answers_late);
        Bench bench;
        bench.store.answers_late = answers_late;
        bench.store.refused = {1};
        bench.put({segment_text('a'), segment_text('b'), "{}"});
        CHECK(bench.answers == (answers_late ? 0 : 1));
        bench.store.answer_now();
        REQUIRE(bench.answers == 1);
        REQUIRE(*bench.outcome);
        CHECK((*bench.outcome)->kept == 1);
        REQUIRE((*bench.outcome)->rejections.size() == 2);
        const Rejection& refused = (*bench.outcome)->rejections[1];
        CHECK(refused.id == "bbbbbbbbbbbbbbbb");
        CHECK(to_text(refused.code) == "InvalidSegment");
        CHECK(refused.message ==
              "Trace Size Exceeded. Reduce the number of segments per trace and the size of your "
              "segment "
              "documents.");
        CHECK(bench.has_metric(
            R"(tomograph_api_segments_rejected_total{code="TraceSizeExceeded",source="api"} 1)"));
    }
}

TEST_CASE("what the store cannot take is an error, and counted by cause") {
    struct Case {
        ErrorCode code;
        std::string_view cause;
    };
    for (const auto& [code, cause] :
         {Case{ErrorCode::unavailable, "overload"}, Case{ErrorCode::limit, "disk_full"},
          Case{ErrorCode::io, "error"}}) {
        CAPTURE(cause);
        Bench bench;
        bench.store.failure = Error(code, "no");
        bench.put({segment_text('a'), segment_text('b')});
        REQUIRE(bench.answers == 1);
        REQUIRE_FALSE(*bench.outcome);
        CHECK(bench.outcome->error().code() == code);
        CHECK(bench.has_metric("tomograph_api_segments_dropped_total{cause=\"" +
                               std::string(cause) + "\",source=\"api\"} 2"));
    }
}

namespace {

std::string tagged(std::uint32_t tag, const std::string& content) {
    std::string bytes;
    protozero::pbf_writer(bytes).add_message(tag, content);
    return bytes;
}

/// Spans without an id, or of a resource with a text of so many bytes.
std::string spans_request(std::size_t count, bool have_ids, std::size_t resource_bytes = 0) {
    std::string span;
    if (have_ids) {
        protozero::pbf_writer out(span);
        out.add_bytes(1, std::string(16, '\1'));
        out.add_bytes(2, std::string(8, '\2'));
        out.add_fixed64(7, static_cast<std::uint64_t>(test_second) * 1'000'000'000);
    }
    std::string scope;
    for (std::size_t i = 0; i < count; ++i) scope += tagged(2, span);
    const std::string text = tagged(1, std::string(resource_bytes, 'r'));
    const std::string resource = tagged(1, tagged(1, "k") + tagged(2, text));
    return tagged(1, tagged(1, resource) + tagged(2, scope));
}

}  // namespace

TEST_CASE("of many spans that are refused, all are counted and the first ones told") {
    Bench bench;
    bench.put_spans(spans_request(rejections_told_max + 7, false));
    REQUIRE(*bench.outcome);
    CHECK((*bench.outcome)->rejected == rejections_told_max + 7);
    CHECK((*bench.outcome)->rejections.size() == rejections_told_max);
}

TEST_CASE("spans that would make too many bytes of documents are refused together, for good") {
    constexpr std::size_t resource_bytes = 60'000;
    Bench bench;
    bench.put_spans(spans_request(100, true, resource_bytes));
    REQUIRE(*bench.outcome);
    CHECK((*bench.outcome)->kept == 100);
    bench.store.appends.clear();
    bench.put_spans(
        spans_request(otlp_documents_bytes_max / resource_bytes + 1, true, resource_bytes));
    REQUIRE_FALSE(*bench.outcome);
    CHECK(bench.outcome->error().code() == ErrorCode::invalid);
    CHECK(bench.store.appends.empty());
}
