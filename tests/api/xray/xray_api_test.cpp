#include "api/xray/xray_api.h"

#include <doctest/doctest.h>

#include <set>

#include "api/api_bench.h"
#include "api/scripted_store.h"
#include "api/xray/operations.h"

using namespace tomograph;
using namespace tomograph::testing;

TEST_CASE("the table holds the 38 operations, by name, each with a path of its own") {
    std::set<std::string_view> paths;
    std::string_view before;
    for (const XrayOperation& operation : xray_operations()) {
        CHECK(before < operation.name);
        before = operation.name;
        paths.insert(operation.path);
        CHECK(find_xray_operation(operation.path) == &operation);
        CHECK(find_xray_operation(std::string(operation.path) + "/") == &operation);
    }
    CHECK(paths.size() == 38);
}

TEST_CASE("a path is taken as it is written, or not at all") {
    ScriptedStore store;
    ApiBench bench(store);
    for (const char* path :
         {"/%54raceSegments", "//TraceSegments", "/TraceSegments//", "/x/../TraceSegments",
          "/TraceSegments;x=1", "/tracesegments", "TraceSegments", "*", "", "/PutTraceSegments",
          "/../TraceSegments", "/TraceSegments%00", "/TraceSegments\n"}) {
        CAPTURE(path);
        const HttpReply reply = bench.post(path, put_body({segment_text('a')}));
        CHECK(reply.status == 404);
        CHECK(header(reply, "x-amzn-ErrorType") == "UnknownOperationException");
    }
    CHECK(store.appends.empty());
    CHECK(bench.post("/TraceSegments/", put_body({segment_text('a')})).status == 200);
}

TEST_CASE("requests that reach no function are answered honestly") {
    struct Case {
        std::string method;
        std::string path;
        int status;
        std::string_view type;
        std::string_view message;
    };
    const Case cases[] = {
        {"GET", "/TraceSegments", 405, "MethodNotAllowedException",
         "PutTraceSegments takes POST, not GET"},
        {"HEAD", "/Traces", 405, "MethodNotAllowedException",
         "BatchGetTraces takes POST, not HEAD"},
        {"PRI", "*", 404, "UnknownOperationException", "no operation has the path *"},
        {"POST", "/Nothing", 404, "UnknownOperationException",
         "no operation has the path /Nothing"},
        {"POST", "/Insight", 404, "UnknownOperationException", "this server has no control plane"},
    };
    ScriptedStore store;
    ApiBench bench(store);
    for (const Case& each : cases) {
        CAPTURE(each.message);
        const HttpReply reply = bench.call(each.method, each.path);
        CHECK(reply.status == each.status);
        CHECK(header(reply, "Content-Type") == "application/json");
        CHECK(header(reply, "x-amzn-ErrorType") == each.type);
        CHECK(reply.body == "{\"__type\":\"" + std::string(each.type) + "\",\"Message\":\"" +
                                std::string(each.message) + "\",\"message\":\"" +
                                std::string(each.message) + "\"}");
        CHECK(header(reply, "Allow") == (each.status == 405 ? "POST" : ""));
    }
}

TEST_CASE("every answer has a request id of its own") {
    ScriptedStore store;
    ApiBench bench(store);
    std::set<std::string> ids;
    for (int i = 0; i < 100; ++i) {
        ids.insert(header(bench.post("/TraceSegments", put_body({segment_text('a')})),
                          "x-amzn-RequestId"));
        ids.insert(header(bench.post("/Nothing"), "x-amzn-RequestId"));
        ids.insert(header(xray_http_error(400, "x"), "x-amzn-RequestId"));
    }
    CHECK(ids.size() == 300);
    for (const std::string& id : ids) {
        REQUIRE(id.size() == 36);
        CHECK(id[14] == '4');
        CHECK(std::string("89ab").find(id[19]) != std::string::npos);
    }
}

TEST_CASE("errors of the HTTP layer are JSON too") {
    for (const auto& [status, type] : {std::pair{400, "InvalidRequestException"},
                                       {408, "RequestTimeoutException"},
                                       {413, "RequestEntityTooLargeException"},
                                       {431, "RequestHeaderFieldsTooLargeException"},
                                       {503, "ServiceUnavailable"},
                                       {505, "InternalFailure"}}) {
        const HttpReply reply = xray_http_error(status, "too much");
        CHECK(reply.status == status);
        CHECK(header(reply, "x-amzn-ErrorType") == type);
        CHECK(reply.body.find(R"("message":"too much")") != std::string::npos);
    }
}

TEST_CASE("requests are counted by operation and outcome") {
    ScriptedStore store;
    ApiBench bench(store);
    (void)bench.post("/TraceSegments", put_body({segment_text('a')}));
    (void)bench.post("/TraceSegments", "{}");
    store.failure = Error(ErrorCode::unavailable, "overloaded");
    (void)bench.post("/TraceSegments", put_body({segment_text('a')}));
    (void)bench.post("/Nothing");
    (void)bench.post("/Nothing");
    const auto has = [&bench](std::string_view operation, std::string_view outcome, int count) {
        return bench.has_metric("tomograph_api_requests_total{operation=\"" +
                                std::string(operation) + "\",outcome=\"" + std::string(outcome) +
                                "\"} " + std::to_string(count));
    };
    CHECK(has("PutTraceSegments", "ok", 1));
    CHECK(has("PutTraceSegments", "client_error", 1));
    CHECK(has("PutTraceSegments", "server_error", 1));
    CHECK(has("other", "client_error", 2));
}
