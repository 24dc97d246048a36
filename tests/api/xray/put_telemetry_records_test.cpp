#include <doctest/doctest.h>

#include "api/api_bench.h"
#include "api/limits.h"
#include "api/scripted_store.h"

using namespace tomograph;
using namespace tomograph::testing;

TEST_CASE("records are kept with their sender and added up") {
    ScriptedStore store;
    ApiBench bench(store);
    const HttpReply reply = bench.post(
        "/TelemetryRecords",
        R"({"TelemetryRecords":[{"Timestamp":1700000000,"SegmentsReceivedCount":7,"SegmentsSentCount":6,)"
        R"("SegmentsSpilloverCount":0,"SegmentsRejectedCount":1,"BackendConnectionErrors":{"TimeoutCount":2,)"
        R"("HTTPCode5XXCount":3}},{"Timestamp":1700000060.5,"SegmentsReceivedCount":1}],)"
        R"("EC2InstanceId":"","Hostname":"web-1","ResourceARN":""})");
    CHECK(reply.status == 200);
    CHECK(reply.body == "{}");
    REQUIRE(store.telemetry.size() == 2);
    CHECK(
        store.telemetry[0] ==
        R"({"Timestamp":1700000000.0,"SegmentsReceivedCount":7,"SegmentsSentCount":6,"SegmentsSpilloverCount":0,)"
        R"("SegmentsRejectedCount":1,"BackendConnectionErrors":{"TimeoutCount":2,"HTTPCode5XXCount":3},)"
        R"("Hostname":"web-1"})");
    CHECK(store.telemetry[1] ==
          R"({"Timestamp":1700000060.5,"SegmentsReceivedCount":1,"Hostname":"web-1"})");
    CHECK(bench.has_metric(R"(tomograph_api_agent_segments_total{stage="received"} 8)"));
    CHECK(bench.has_metric(R"(tomograph_api_agent_connection_errors_total{cause="http_5xx"} 3)"));
}

TEST_CASE("the answer waits until the last record is kept, and any failure is told") {
    ScriptedStore store;
    store.answers_late = true;
    ApiBench bench(store);
    std::optional<HttpReply> reply;
    bench.http.handle(
        ApiBench::request("POST", "/TelemetryRecords",
                          R"({"TelemetryRecords":[{"Timestamp":1},{"Timestamp":2}]})"),
        [&reply](HttpReply each) { reply = std::move(each); });
    CHECK_FALSE(reply);
    store.failure = Error(ErrorCode::unavailable, "starting");
    store.answer_now();
    REQUIRE(reply);
    CHECK(reply->status == 503);
}

TEST_CASE("broken records are refused whole, and the member is named") {
    std::string many = R"({"TelemetryRecords":[{"Timestamp":1})";
    for (std::size_t i = 0; i < telemetry_records_max; ++i) many += R"(,{"Timestamp":1})";
    struct Case {
        std::string body;
        std::string_view type;
        std::string_view message;
    };
    const Case cases[] = {
        {"{}", "InvalidRequestException", "TelemetryRecords is required"},
        {many + "]}", "InvalidRequestException",
         "TelemetryRecords holds 101 elements, at most 100 are accepted"},
        {R"({"TelemetryRecords":[{}]})", "InvalidRequestException",
         "TelemetryRecords[0].Timestamp is required"},
        {R"({"TelemetryRecords":[{"Timestamp":1,"SegmentsSentCount":-1}]})",
         "InvalidRequestException", "TelemetryRecords[0].SegmentsSentCount must not be negative"},
        {R"({"TelemetryRecords":[{"Timestamp":1,"SegmentsSentCount":"1"}]})",
         "SerializationException", "TelemetryRecords[0].SegmentsSentCount must be an integer"},
        {R"({"TelemetryRecords":[{"Timestamp":1,"BackendConnectionErrors":[]}]})",
         "SerializationException", "TelemetryRecords[0].BackendConnectionErrors must be an object"},
        {R"({"TelemetryRecords":[],"Hostname":")" + std::string(256, 'x') + "\"}",
         "InvalidRequestException", "Hostname holds 256 characters, at most 255 are accepted"},
    };
    for (const auto& [body, type, message] : cases) {
        CAPTURE(body.substr(0, 80));
        ScriptedStore store;
        ApiBench bench(store);
        const HttpReply reply = bench.post("/TelemetryRecords", body);
        CHECK(reply.status == 400);
        CHECK(header(reply, "x-amzn-ErrorType") == type);
        CHECK(reply.body.find("\"message\":\"" + std::string(message) + "\"") != std::string::npos);
        CHECK(store.telemetry.empty());
    }
}
