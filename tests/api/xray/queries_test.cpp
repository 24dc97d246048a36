#include <doctest/doctest.h>

#include <atomic>

#include "api/api_bench.h"
#include "api/limits.h"
#include "api/scripted_store.h"
#include "support/memory_store.h"

namespace tomograph::testing {
namespace {

std::string many_ids(std::size_t count) {
    std::string body = R"({"TraceIds":[)";
    for (std::size_t i = 0; i < count; ++i) body += R"("1-6553ed18-00000000000000000000000a",)";
    return body + R"("1-6553ed18-00000000000000000000000a"]})";
}

/// The member NextToken of an answer; "" when there is none.
std::string next_token(const HttpReply& reply) {
    constexpr std::string_view member = R"("NextToken":")";
    const auto at = reply.body.find(member);
    if (at == std::string::npos) return "";
    const auto begin = at + member.size();
    return reply.body.substr(begin, reply.body.find('"', begin) - begin);
}

/// Holds every query until it is opened.
class BlockingStore final : public ScriptedStore {
 public:
    Result<GraphRollup> graph(TimeRange range, GraphGrain grain, GroupId group) override {
        gate_.wait(false);
        return ScriptedStore::graph(range, grain, group);
    }
    void open() {
        gate_ = true;
        gate_.notify_all();
    }

 private:
    std::atomic<bool> gate_{false};
};

}  // namespace

TEST_CASE("every broken query is refused, and the member is named") {
    struct Case {
        std::string path;
        std::string body;
        int status;
        std::string_view type;
        std::string_view message;
    };
    const Case cases[] = {
        {"/Traces", "", 400, "InvalidRequestException", "TraceIds is required"},
        {"/Traces", R"({"TraceIds":"x"})", 400, "SerializationException",
         "TraceIds must be a list"},
        {"/Traces", R"({"TraceIds":[{}]})", 400, "SerializationException",
         "TraceIds[0] must be a string"},
        {"/Traces", many_ids(100), 400, "InvalidRequestException",
         "TraceIds holds 101 elements, at most 100 are accepted"},
        {"/Traces", many_ids(100'000), 413, "RequestEntityTooLargeException",
         "the body holds 3800052 bytes, at most 1048576 are accepted"},
        {"/Traces", R"({"TraceIds":[],"NextToken":5})", 400, "SerializationException",
         "NextToken must be a string"},
        {"/TraceGraph", "{}", 400, "InvalidRequestException", "TraceIds is required"},
        {"/TraceSummaries", "{}", 400, "InvalidRequestException", "StartTime is required"},
        {"/TraceSummaries", R"({"StartTime":1})", 400, "InvalidRequestException",
         "EndTime is required"},
        {"/TraceSummaries", R"({"StartTime":[],"EndTime":2})", 400, "SerializationException",
         "StartTime must be a timestamp"},
        {"/TraceSummaries", R"({"StartTime":"NaN","EndTime":2})", 400, "InvalidRequestException",
         "StartTime: NaN is not a time between 1970 and 2262"},
        {"/TraceSummaries", R"({"StartTime":1e300,"EndTime":2})", 400, "InvalidRequestException",
         "StartTime: 1e+300 is not a time between 1970 and 2262"},
        {"/TraceSummaries", R"({"StartTime":NaN,"EndTime":2})", 400, "SerializationException",
         "the body is not JSON"},
        {"/TraceSummaries", R"({"StartTime":1,"EndTime":2,"TimeRangeType":"Sometimes"})", 400,
         "InvalidRequestException", "TimeRangeType must be TraceId, Event or Service"},
        {"/TraceSummaries", R"({"StartTime":1,"EndTime":2,"Sampling":"yes"})", 400,
         "SerializationException", "Sampling must be true or false"},
        {"/TraceSummaries", R"({"StartTime":1,"EndTime":2,"SamplingStrategy":{"Name":"Guess"}})",
         400, "InvalidRequestException", "SamplingStrategy.Name must be PartialScan or FixedRate"},
        {"/ServiceGraph", "{}", 400, "InvalidRequestException", "StartTime is required"},
        {"/ServiceGraph", "null", 400, "SerializationException", "the body must be a JSON object"},
        {"/ServiceGraph", "[]", 400, "SerializationException", "the body must be a JSON object"},
        {"/ServiceGraph", "\xef\xbb\xbf{}", 400, "SerializationException", "the body is not JSON"},
    };
    MemoryStore store;
    ApiBench bench(store);
    for (const Case& each : cases) {
        CAPTURE(each.path);
        CAPTURE(each.body.substr(0, 100));
        const HttpReply reply = bench.post(each.path, each.body);
        CHECK(reply.status == each.status);
        CHECK(header(reply, "x-amzn-ErrorType") == each.type);
        CHECK(reply.body == "{\"__type\":\"" + std::string(each.type) + "\",\"Message\":\"" +
                                std::string(each.message) + "\",\"message\":\"" +
                                std::string(each.message) + "\"}");
    }
}

TEST_CASE("what the query refuses is an InvalidRequestException") {
    MemoryStore store;
    ApiBench bench(store);
    for (const auto& [path, body] : {
             std::pair<std::string, std::string>{"/TraceSummaries",
                                                 R"({"StartTime":2,"EndTime":1})"},
             {"/TraceSummaries", R"({"StartTime":1,"EndTime":1})"},
             {"/TraceSummaries", R"({"StartTime":1,"EndTime":2,"FilterExpression":"fualt"})"},
             {"/TraceSummaries", R"({"StartTime":1,"EndTime":2,"NextToken":"forged"})"},
             {"/TraceSummaries",
              R"({"StartTime":1,"EndTime":2,"SamplingStrategy":{"Name":"FixedRate","Value":1.5}})"},
             {"/ServiceGraph", R"({"StartTime":2,"EndTime":1})"},
             {"/ServiceGraph", R"({"StartTime":1,"EndTime":2,"GroupName":"mine"})"},
             {"/ServiceGraph", R"({"StartTime":1,"EndTime":2,"NextToken":"forged"})"},
             {"/Traces", R"({"TraceIds":[],"NextToken":"forged"})"},
             {"/TraceGraph", R"({"TraceIds":[],"NextToken":"forged"})"},
         }) {
        CAPTURE(path);
        CAPTURE(body);
        const HttpReply reply = bench.post(path, body);
        CHECK(reply.status == 400);
        CHECK(header(reply, "x-amzn-ErrorType") == "InvalidRequestException");
    }
}

TEST_CASE("a page token is good for its own request, for an hour") {
    MemoryStore store;
    ApiBench bench(store);
    std::string ids;
    for (int i = 0; i < 7; ++i) {
        const std::string id = "1-6553f10" + std::to_string(i) + "-0000000000000000000000aa";
        std::string document = segment_text('a');
        document.replace(document.find("1-6553f100"), id.size(), id);
        REQUIRE(bench.post("/TraceSegments", put_body({document})).body ==
                R"({"UnprocessedTraceSegments":[]})");
        ids += (i == 0 ? "\"" : ",\"") + id + "\"";
    }
    const std::string request = R"({"TraceIds":[)" + ids + "]";
    const std::string token = next_token(bench.post("/Traces", request + "}"));
    REQUIRE_FALSE(token.empty());
    CHECK(token.size() <= 100);
    const std::string with_token = R"(,"NextToken":")" + token + "\"}";

    const HttpReply second = bench.post("/Traces", request + with_token);
    CHECK(second.status == 200);
    CHECK(next_token(second).empty());
    CHECK(second.body.find("1-6553f106-") != std::string::npos);
    CHECK(second.body.find("1-6553f100-") == std::string::npos);

    CHECK(
        bench.post("/Traces", R"({"TraceIds":["1-6553f100-0000000000000000000000aa"])" + with_token)
            .status == 400);
    CHECK(bench.post("/TraceGraph", request + with_token).status == 400);
    CHECK(bench.post("/TraceSummaries", R"({"StartTime":1,"EndTime":2)" + with_token).status ==
          400);
    bench.clock.advance(Duration::minutes(61));
    CHECK(bench.post("/Traces", request + with_token).status == 400);
}

TEST_CASE("a store that fails a query is no fault of the client") {
    for (const auto& [code, status] :
         {std::pair{ErrorCode::unavailable, 503}, {ErrorCode::corrupt, 500}}) {
        ScriptedStore store;
        store.failure = Error(code, "part 42: checksum mismatch");
        ApiBench bench(store);
        CHECK(bench.post("/Traces", R"({"TraceIds":["1-6553ed18-00000000000000000000000a"]})")
                  .status == status);
        CHECK(bench.post("/TraceSummaries", R"({"StartTime":1,"EndTime":2})").status == status);
        CHECK(bench.post("/ServiceGraph", R"({"StartTime":1,"EndTime":2})").status == status);
    }
}

TEST_CASE("queries beyond the queue are throttled, those in it are answered") {
    BlockingStore store;
    ApiBench bench(store);
    std::atomic<int> answered{0};
    std::atomic<int> throttled{0};
    std::promise<void> all;
    constexpr int sent = 200;
    for (int i = 0; i < sent; ++i)
        bench.http.handle(
            ApiBench::request("POST", "/ServiceGraph", R"({"StartTime":1,"EndTime":2})"),
            [&](const HttpReply& reply) {
                if (reply.status == 429) {
                    CHECK(header(reply, "x-amzn-ErrorType") == "ThrottledException");
                    CHECK(header(reply, "Retry-After") == "1");
                    ++throttled;
                }
                if (++answered == sent) all.set_value();
            });
    const int refused = throttled;
    CHECK(refused >= sent - static_cast<int>(query_threads + query_queue_max));
    CHECK(refused < sent);
    store.open();
    all.get_future().wait();
    CHECK(throttled == refused);
}

}  // namespace tomograph::testing
