#include "api/own/own_reads.h"

#include <doctest/doctest.h>

#include <set>

#include "api/api_bench.h"
#include "api/own/routes.h"
#include "api/scripted_store.h"
#include "support/memory_store.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

/// An API with a store that has some traces.
struct OwnBench {
    MemoryStore store;
    ApiBench api{store};

    OwnBench() {
        CHECK(api.post("/TraceSegments", put_body({segment_text('a'), segment_text('b')})).status ==
              200);
        api.clock.advance(Duration::seconds(10));
    }
    HttpReply get(std::string_view target) {
        HttpRequest request = ApiBench::request("GET", "", "");
        const std::size_t mark = std::min(target.find('?'), target.size());
        request.path = target.substr(0, mark);
        request.query = target.substr(std::min(mark + 1, target.size()));
        auto answered = std::make_shared<std::promise<HttpReply>>();
        auto reply = answered->get_future();
        api.http.handle(std::move(request),
                        [answered](HttpReply each) { answered->set_value(std::move(each)); });
        return reply.get();
    }
};

bool holds(const HttpReply& reply, std::string_view text) {
    return reply.body.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("own reads answer with counts and with what they speak of") {
    OwnBench bench;
    for (const char* target : {"/api/v1/attributes", "/api/v1/attributes/values?name=@name",
                               "/api/v1/groups-by?by=name", "/api/v1/latency"}) {
        CAPTURE(std::string(target));
        const HttpReply reply = bench.get(target);
        CHECK(reply.status == 200);
        CHECK(header(reply, "Content-Type") == "application/json");
        CHECK(header(reply, "Cache-Control") == "no-store");
        CHECK(header(reply, "x-amzn-RequestId").size() == 36);
        CHECK(
            holds(reply, R"("Share":1.0,"TracesProcessed":1,"TracesMatched":1,"IsPartial":false)"));
    }
    CHECK(holds(bench.get("/api/v1/groups-by?by=service"), R"("Count":2)"));
    CHECK(holds(bench.get("/api/v1/latency?filter=fault"), R"("TracesMatched":0)"));
    CHECK(bench.api.has_metric(
        R"(tomograph_api_requests_total{operation="GroupBy",outcome="ok"} 2)"));
}

TEST_CASE("own reads refuse what they do not understand") {
    OwnBench bench;
    struct Case {
        const char* target;
        const char* message;
    };
    for (const Case& each :
         {Case{"/api/v1/groups-by", "by is required"},
          Case{"/api/v1/groups-by?by=span_count", "span_count is not known of a span"},
          Case{"/api/v1/attributes/values", "name is required"},
          Case{"/api/v1/latency?unit=segments", "unit must be spans or traces"},
          Case{"/api/v1/latency?start=5&end=5", "StartTime must be before EndTime"},
          Case{"/api/v1/latency?colour=red", "there is no parameter colour"},
          Case{"/api/v1/latency?filter=fault%20%3D", "Invalid filter expression at position"}}) {
        CAPTURE(std::string(each.target));
        const HttpReply reply = bench.get(each.target);
        CHECK(reply.status == 400);
        CHECK(header(reply, "x-amzn-ErrorType") == "InvalidRequestException");
        CHECK_MESSAGE(holds(reply, each.message), reply.body);
    }
    const HttpReply posted = bench.api.post("/api/v1/latency");
    CHECK(posted.status == 405);
    CHECK(header(posted, "Allow") == "GET");
    CHECK(bench.get("/api/v1/nothing").status == 404);
}

TEST_CASE("differences, a trace and a span are answered, and unknown ones are not found") {
    OwnBench bench;
    const HttpReply differences = bench.get("/api/v1/differences?filter=fault");
    CHECK(differences.status == 200);
    CHECK(holds(differences, R"("Measure":"jensen-shannon")"));
    CHECK(bench.get("/api/v1/differences").status == 400);
    const std::string trace = "/api/v1/traces/1-6553f100-0000000000000000000000aa";
    const HttpReply columns = bench.get(trace);
    CHECK(holds(columns, R"("Strings":["shop"],"Spans":{"Id":["aaaaaaaaaaaaaaaa",)"));
    const HttpReply binary = bench.get(trace + "?format=binary");
    CHECK(binary.body.starts_with("TMTC"));
    CHECK(header(binary, "Content-Type") == "application/octet-stream");
    CHECK(bench.get(trace + "?format=xml").status == 400);
    const HttpReply span = bench.get(trace + "/spans/bbbbbbbbbbbbbbbb");
    CHECK(holds(span, R"({"Name":"name","Value":"shop"})"));
    CHECK(bench.get(trace + "/spans/cccccccccccccccc").status == 404);
    CHECK(bench.get("/api/v1/traces/1-6553f100-0000000000000000000000ab").status == 404);
    CHECK(bench.get("/api/v1/traces/x").status == 400);
}

TEST_CASE("errors of the store are answered as such") {
    ScriptedStore store;
    store.failure = Error(ErrorCode::unavailable, "starting");
    ApiBench bench(store);
    CHECK(bench.call("GET", "/api/v1/attributes").status == 503);
    CHECK(bench.call("GET", "/api/v1/latency").status == 503);
}

TEST_CASE("every route has a path and a name of its own") {
    std::set<std::string_view> paths;
    std::set<std::string_view> names;
    for (const OwnRoute& route : own_routes()) {
        paths.insert(route.path);
        names.insert(route.name);
        CHECK(find_own_route(route.path).route == &route);
    }
    CHECK(paths.size() == own_routes().size());
    CHECK(names.size() == own_routes().size());
}
