#include "api/http_api.h"

#include <doctest/doctest.h>

#include "api/api_bench.h"
#include "api/scripted_store.h"
#include "service/metrics/remembering_store.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

/// Has no lines, and the status that it is given.
struct IdleLogStore final : LogStore {
    void append(const LogBatch&, std::function<void(Result<void>)> done) override { done({}); }
    Result<LogPage> find(const LogQuery&) override { return LogPage{}; }
    Lsn next() const override { return Lsn{1}; }
    LogStoreStatus status() override { return current; }

    LogStoreStatus current;
};

}  // namespace

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

TEST_CASE("a server is ready when its logs and metrics are too, and says which is not") {
    ScriptedStore store;
    store.current.ready = true;
    IdleLogStore logs;
    RememberingStore series;
    ApiBench bench(store);
    HttpApi http({.xray = bench.xray,
                  .store = store,
                  .metrics = bench.metrics,
                  .logs = &logs,
                  .metric_store = &series});
    const auto ask = [&] {
        HttpReply reply;
        http.handle(ApiBench::request("GET", "/readyz", ""),
                    [&](HttpReply each) { reply = std::move(each); });
        CHECK(http.is_ready() == (reply.status == 200));
        return reply;
    };
    const std::string rest =
        R"("replay":{"bytes":0,"bytes_total":0},"damaged_parts":0,"quarantined":0,)";

    logs.current.reason = "replaying the log";
    HttpReply reply = ask();
    CHECK(reply.status == 503);
    CHECK(reply.body == R"({"status":"starting","reason":"logs: replaying the log",)" + rest +
                            R"("logs":{"status":"starting","reason":"replaying the log"},)"
                            R"("metrics":{"status":"ready"}})");

    logs.current = {.ready = true, .reason = ""};
    series.is_ready = false;
    reply = ask();
    CHECK(reply.status == 503);
    CHECK(reply.body.starts_with(R"({"status":"starting","reason":"metrics",)"));

    series.is_ready = true;
    reply = ask();
    CHECK(reply.status == 200);
    CHECK(reply.body == R"({"status":"ready",)" + rest +
                            R"("logs":{"status":"ready"},"metrics":{"status":"ready"}})");

    logs.current = {.ready = true, .read_only = true, .reason = "the disk is full"};
    reply = ask();
    CHECK(reply.status == 503);
    CHECK(reply.body.starts_with(R"({"status":"read_only","reason":"logs: the disk is full",)"));

    store.current.ready = false;
    store.current.reason = "replaying the log";
    CHECK(ask().body.starts_with(R"({"status":"starting","reason":"replaying the log",)"));
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
