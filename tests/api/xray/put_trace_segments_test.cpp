#include <doctest/doctest.h>

#include <limits>

#include "api/api_bench.h"
#include "api/scripted_store.h"

using namespace tomograph;
using namespace tomograph::testing;

TEST_CASE("a good batch is answered with an empty list once it is durable") {
    ScriptedStore store;
    store.answers_late = true;
    ApiBench bench(store);
    std::optional<HttpReply> reply;
    bench.http.handle(ApiBench::request("POST", "/TraceSegments",
                                        put_body({segment_text('a'), segment_text('b')})),
                      [&reply](HttpReply each) { reply = std::move(each); });
    CHECK_FALSE(reply);
    REQUIRE(store.appends.size() == 1);
    CHECK(store.appends[0][1].bytes == segment_text('b'));
    store.answer_now();
    REQUIRE(reply);
    CHECK(reply->status == 200);
    CHECK(reply->body == R"({"UnprocessedTraceSegments":[]})");
}

TEST_CASE("one bad document among good ones is named, the others are kept") {
    ScriptedStore store;
    ApiBench bench(store);
    const std::string bad =
        R"({"id":"cccccccccccccccc","trace_id":"x","name":"n","start_time":1,"end_time":1})";
    const HttpReply reply =
        bench.post("/TraceSegments", put_body({segment_text('a'), bad, segment_text('b')}));
    CHECK(reply.status == 200);
    CHECK(reply.body.starts_with(
        R"({"UnprocessedTraceSegments":[{"Id":"cccccccccccccccc","ErrorCode":"InvalidTraceId","Message":)"));
    REQUIRE(store.appends.size() == 1);
    CHECK(store.appends[0].size() == 2);
}

TEST_CASE("an id that could not be read is absent") {
    ScriptedStore store;
    ApiBench bench(store);
    const HttpReply reply = bench.post("/TraceSegments", put_body({"M1CgA="}));
    CHECK(
        reply.body ==
        R"({"UnprocessedTraceSegments":[{"ErrorCode":"InvalidSegment","Message":"metrics (M1) are no )"
        R"(segment document: send them to the agent's port"}]})");
}

TEST_CASE("an empty list is fine") {
    ScriptedStore store;
    ApiBench bench(store);
    CHECK(bench.post("/TraceSegments", put_body({})).body == R"({"UnprocessedTraceSegments":[]})");
}

TEST_CASE("a store that cannot take the batch makes the client come again") {
    struct Case {
        ErrorCode code;
        int status;
        std::string_view type;
    };
    for (const auto& [code, status, type] :
         {Case{ErrorCode::unavailable, 503, "ServiceUnavailable"},
          Case{ErrorCode::limit, 503, "ServiceUnavailable"},
          Case{ErrorCode::io, 500, "InternalFailure"}}) {
        ScriptedStore store;
        store.failure = Error(code, "no room");
        ApiBench bench(store);
        const HttpReply reply = bench.post("/TraceSegments", put_body({segment_text('a')}));
        CHECK(reply.status == status);
        CHECK(header(reply, "x-amzn-ErrorType") == type);
        CHECK(header(reply, "Retry-After") == (status == 503 ? "1" : ""));
    }
}

TEST_CASE("a malformed call is refused whole") {
    ScriptedStore store;
    ApiBench bench(store);
    for (const auto& [body, type] :
         {std::pair<std::string, std::string>{"", "InvalidRequestException"},
          {"{}", "InvalidRequestException"},
          {"null", "SerializationException"},
          {R"({"TraceSegmentDocuments":[7]})", "SerializationException"}}) {
        const HttpReply reply = bench.post("/TraceSegments", body);
        CHECK(reply.status == 400);
        CHECK(header(reply, "x-amzn-ErrorType") == type);
    }
    CHECK(store.appends.empty());
}
