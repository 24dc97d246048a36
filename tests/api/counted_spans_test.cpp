#include "api/counted_spans.h"

#include <doctest/doctest.h>

#include <variant>

#include "wire/xray/segment_decoder.h"

using namespace tomograph;

namespace {

std::string counted(std::string_view document) {
    SegmentDecoder decoder;
    const auto decoded = decoder.decode(document, std::nullopt);
    REQUIRE(std::holds_alternative<Segment>(decoded));
    MetricsRegistry registry;
    SpanMetrics metrics(registry);
    count_spans(std::get<Segment>(decoded), metrics);
    return metrics.to_text(false);
}

}  // namespace

TEST_CASE(
    "the segments and calls of an X-Ray document are counted, and what is in progress is not") {
    const std::string page = counted(
        R"({"trace_id":"1-581cf771-a006649127e371903a2de979","id":"00000000000000a1","name":"shop",)"
        R"("start_time":1,"end_time":1.5,"http":{"request":{"method":"GET"},"response":{"status":502}},)"
        R"("subsegments":[{"id":"00000000000000a2","name":"bank","namespace":"remote","start_time":1,)"
        R"("end_time":1.2,"http":{"response":{"status":429}}},)"
        R"({"id":"00000000000000a3","name":"step","start_time":1,"end_time":1.1},)"
        R"({"id":"00000000000000a4","name":"on","start_time":1,"in_progress":true}]})");
    CHECK(page.find(R"(service_name="shop",span_name="GET",span_kind="SPAN_KIND_SERVER",)"
                    R"(status_code="STATUS_CODE_ERROR",outcome="fault"} 1)") != std::string::npos);
    CHECK(page.find(R"(span_name="bank",span_kind="SPAN_KIND_CLIENT",)"
                    R"(status_code="STATUS_CODE_UNSET",outcome="throttle"} 1)") !=
          std::string::npos);
    CHECK(page.find(R"(span_name="step",span_kind="SPAN_KIND_INTERNAL")") != std::string::npos);
    CHECK(page.find(R"(span_name="on")") == std::string::npos);
    CHECK(
        page.find(R"(traces_service_graph_request_failed_total{client="shop",server="bank"} 1)") !=
        std::string::npos);
}
