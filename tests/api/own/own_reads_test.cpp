#include "api/own/own_reads.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <set>
#include <thread>

#include "api/api_bench.h"
#include "api/limits.h"
#include "api/own/routes.h"
#include "api/scripted_store.h"
#include "net/http_body_stream.h"
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

TEST_CASE("doctors say what is here, what is not, and what was refused") {
    OwnBench bench;
    const std::string doctor = "/api/v1/doctor/traces/";
    const std::string trace = "1-6553f100-0000000000000000000000aa";
    const HttpReply whole = bench.get(doctor + trace);
    CHECK(whole.status == 200);
    CHECK(holds(whole, R"("Found":true,"Documents":2,"Spans":2,"Findings":[)"));
    CHECK(holds(bench.get(doctor + trace + "?span=cccccccccccccccc"), "span_missing"));
    CHECK(bench.get(doctor + trace + "?span=c").status == 400);
    CHECK(bench.get(doctor + "x").status == 400);
    const std::string bad = R"({"trace_id":"1-6553f100-0000000000000000000000ab","id":"1"})";
    bench.api.post("/TraceSegments", put_body({bad}));
    const HttpReply missing = bench.get(doctor + "1-6553f100-0000000000000000000000ab");
    CHECK(holds(missing, R"("Found":false)"));
    CHECK(holds(missing, R"("Kind":"refused","Severity":"problem","Sentence":"document )"));
    CHECK(holds(missing, R"("Intake":{"Received":3,"Rejected":[{"Cause":)"));
    CHECK(holds(bench.get("/api/v1/doctor/map?name=shop"), R"("Found":true)"));
    CHECK(holds(bench.get("/api/v1/doctor/map?name=nobody"), R"("Kind":"node_missing")"));
    CHECK(bench.get("/api/v1/doctor/map").status == 400);
}

TEST_CASE("a search and a tail answer with events, as long as the client is there") {
    OwnBench bench;
    HttpReply search = bench.get("/api/v1/search?filter=!fault");
    CHECK(search.status == 200);
    CHECK(header(search, "Content-Type") == "text/event-stream");
    REQUIRE(search.stream);
    std::string text;
    while (const auto pieces = search.stream->take()) text += *pieces;
    CHECK(text.starts_with("event: trace\ndata: {\"Id\":\"1-6553f100-0000000000000000000000aa\""));
    CHECK(text.find("\n\nevent: end\ndata: {\"Coverage\":{") != std::string::npos);
    CHECK(bench.get("/api/v1/search?filter=!").status == 400);

    HttpReply tail = bench.get("/api/v1/tail?filter=service()+%7B+fault+%7D");
    CHECK(header(tail, "Content-Type") == "text/event-stream");
    bench.api.post("/TraceSegments", put_body({segment_text('c', R"(,"fault":true)")}));
    bench.api.clock.advance(Duration::seconds(2));
    text.clear();
    while (text.empty()) text += *tail.stream->take();
    CHECK(text.starts_with("event: trace\ndata: {\"Id\":\"1-6553f100-"));
    tail.stream.reset();
    while (bench.api.tail.is_watched()) std::this_thread::yield();
    CHECK(bench.get("/api/v1/tail?filter=(").status == 400);
}

TEST_CASE("what a slow client of the tail misses is counted and told") {
    constexpr std::size_t traces = 1'200;
    constexpr std::size_t url_bytes = 1'000;
    static_assert(traces * url_bytes > 2 * event_bytes_pending_max);
    std::atomic<std::size_t> shown{0};
    OwnBench bench;
    HttpReply tail = bench.get("/api/v1/tail");
    // Watches behind the client, so that the client was shown what this one was shown.
    REQUIRE(bench.api.tail.watch(nullptr, [&](const LiveTail::Tick& tick) {
        shown += tick.traces.size();
        return true;
    }));
    // More than may wait for a client: none of it is taken before all of it was shown.
    const std::string more =
        R"(,"http":{"request":{"url":")" + std::string(url_bytes, 'u') + R"("}})";
    for (std::size_t i = 0; i < traces; ++i) {
        std::string text = segment_text('a', more);
        text.replace(text.find("000000aa"), 8, fmt::format("{:08x}", i));
        bench.api.post("/TraceSegments", put_body({text}));
    }
    bench.api.clock.advance(Duration::seconds(2));
    while (shown < traces) std::this_thread::yield();

    std::string text;
    while (text.find("event: dropped") == std::string::npos) {
        text += *tail.stream->take();
        std::this_thread::yield();
    }
    std::size_t told = 0;
    for (std::size_t at = text.find("event: trace"); at != std::string::npos;
         at = text.find("event: trace", at + 1))
        ++told;
    CHECK(told > 0);
    CHECK(told < traces);
    CHECK(text.ends_with(fmt::format(
        "event: dropped\ndata: {{\"SlowClient\":{},\"Overload\":0}}\n\n", traces - told)));
}

TEST_CASE("a read whose client has gone while it waited is not begun") {
    OwnBench bench;
    HttpRequest request = ApiBench::request("GET", "/api/v1/latency", "");
    request.is_client_gone = [] { return true; };
    std::promise<HttpReply> answered;
    bench.api.http.handle(std::move(request),
                          [&](HttpReply each) { answered.set_value(std::move(each)); });
    CHECK(answered.get_future().get().status == 503);
}

TEST_CASE("a read ends when its client goes") {
    struct EndlessStore : ScriptedStore {
        std::atomic<bool> has_begun{false};
        Result<ValueGroups> group(const GroupQuery& query) override {
            has_begun = true;
            while (!query.traces.budget.is_cancelled()) std::this_thread::yield();
            return ValueGroups{};
        }
    };
    EndlessStore store;
    ApiBench bench(store);
    std::atomic<bool> is_gone{false};
    HttpRequest request = ApiBench::request("GET", "/api/v1/latency", "");
    request.is_client_gone = [&] { return is_gone.load(); };
    std::promise<HttpReply> answered;
    bench.http.handle(std::move(request), [&](HttpReply each) { answered.set_value(each); });
    while (!store.has_begun) std::this_thread::yield();
    is_gone = true;
    CHECK(answered.get_future().get().status == 200);  // to nobody
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
