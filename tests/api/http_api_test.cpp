#include "api/http_api.h"

#include <doctest/doctest.h>

#include "api/api_bench.h"
#include "api/scripted_store.h"

using namespace tomograph;
using namespace tomograph::testing;

TEST_CASE("health is 200 as long as the process answers") {
    ScriptedStore store;
    ApiBench bench(store);
    const HttpReply reply = bench.call("GET", "/healthz");
    CHECK(reply.status == 200);
    CHECK(reply.body == R"({"status":"ok"})");
    CHECK(header(reply, "Content-Type") == "application/json");
    CHECK(header(reply, "x-amzn-RequestId").size() == 36);
}

TEST_CASE("readiness follows the store and says why not") {
    ScriptedStore store;
    ApiBench bench(store);
    store.current.replayed_bytes = 5;
    store.current.replay_bytes = 9;
    store.current.reason = "replaying the log";
    HttpReply reply = bench.call("GET", "/readyz");
    CHECK(reply.status == 503);
    CHECK(reply.body ==
          R"({"status":"starting","reason":"replaying the log",)"
          R"("replay":{"bytes":5,"bytes_total":9},"damaged_parts":0,"quarantined":0})");

    store.current = StoreStatus{};
    store.current.ready = true;
    store.current.quarantined = 2;
    store.current.damaged_parts = 1;
    reply = bench.call("GET", "/readyz");
    CHECK(reply.status == 200);
    CHECK(
        reply.body ==
        R"({"status":"ready","replay":{"bytes":0,"bytes_total":0},"damaged_parts":1,"quarantined":2})");

    store.current.read_only = true;
    store.current.reason = "the disk is full";
    reply = bench.call("GET", "/readyz");
    CHECK(reply.status == 503);
    CHECK(reply.body.starts_with(R"({"status":"read_only","reason":"the disk is full")"));
}

TEST_CASE("metrics and the welcome are text") {
    ScriptedStore store;
    ApiBench bench(store);
    const HttpReply metrics = bench.call("GET", "/metrics");
    CHECK(metrics.status == 200);
    CHECK(header(metrics, "Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(metrics.body.find("tomograph_api_requests_total") != std::string::npos);
    const HttpReply welcome = bench.call("GET", "/");
    CHECK(welcome.status == 200);
    CHECK(welcome.body.starts_with("This is Tomograph"));
}

TEST_CASE("the operator's pages take GET only") {
    ScriptedStore store;
    ApiBench bench(store);
    for (const char* path : {"/", "/healthz", "/readyz", "/metrics"}) {
        CAPTURE(path);
        const HttpReply reply = bench.post(path);
        CHECK(reply.status == 405);
        CHECK(header(reply, "Allow") == "GET");
        CHECK(header(reply, "x-amzn-ErrorType") == "MethodNotAllowedException");
    }
}

TEST_CASE("the daemon's port has the X-Ray API and nothing else") {
    ScriptedStore store;
    ApiBench bench(store);
    const HttpHandler handler = daemon_proxy_handler(bench.xray);
    HttpReply reply;
    const auto keep = [&reply](HttpReply each) { reply = std::move(each); };
    handler(ApiBench::request("POST", "/TraceSegments", put_body({segment_text('a')})), keep);
    CHECK(reply.status == 200);
    CHECK(bench.has_metric(R"(tomograph_api_segments_received_total{source="tcp"} 1)"));
    handler(ApiBench::request("GET", "/metrics", ""), keep);
    CHECK(reply.status == 404);
}
