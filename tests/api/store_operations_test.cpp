#include "api/store_operations.h"

#include <doctest/doctest.h>

#include <thread>

#include "base/fault_file_system.h"
#include "base/log.h"
#include "base/metrics.h"

namespace tomograph {
namespace {

struct Bench {
    Bench() {
        set_log_options({.level_min = LogLevel::error, .json = false, .sink = [](auto) {}});
        EmbeddedStoreOptions options;
        options.directory = "/data";
        options.background = false;
        options.wal_segment_bytes = options.wal_first_segment_bytes = 16 << 10;
        auto opened = EmbeddedStore::open(files, clock, metrics, options);
        REQUIRE(opened);
        store = std::move(*opened);
    }
    HttpReply call(StoreOperations& operations, const std::string& method, const std::string& path,
                   const std::string& body = "{}", const std::string& type = "application/json") {
        const HttpRequest request{.method = method,
                                  .path = path,
                                  .query = {},
                                  .headers = {{"Content-Type", type}},
                                  .body = body,
                                  .peer_address = {}};
        auto reply = operations.handle(request);
        REQUIRE(reply);
        return *reply;
    }
    std::string end_of(StoreOperations& operations) {
        while (true) {
            const HttpReply reply = call(operations, "GET", "/api/v1/operation");
            if (reply.body.find("\"running\"") == std::string::npos) return reply.body;
            std::this_thread::yield();
        }
    }

    FaultFileSystem files;
    ManualClock clock{Instant::from_seconds(1'795'000'000)};
    MetricsRegistry metrics;
    std::unique_ptr<EmbeddedStore> store;
};

}  // namespace

TEST_CASE("a backup that was asked for is written, and told when it is done") {
    Bench bench;
    StoreOperations operations(*bench.store, "/backups");
    CHECK(bench.call(operations, "GET", "/api/v1/operation").body == R"({"Id":0})");
    const HttpReply started =
        bench.call(operations, "POST", "/api/v1/backup", R"({"Destination":"monday"})");
    CHECK(started.status == 200);
    CHECK(started.body == R"({"Id":1})");
    const std::string end = bench.end_of(operations);
    CHECK(end.find(R"("Kind":"backup","State":"done")") != std::string::npos);
    CHECK(end.find(R"("Destination":"/backups/monday")") != std::string::npos);
    CHECK(*bench.files.exists("/backups/monday/BACKUP"));

    // The name is taken now: the operation fails, and says why.
    bench.call(operations, "POST", "/api/v1/backup", R"({"Destination":"monday"})");
    const std::string failed = bench.end_of(operations);
    CHECK(failed.find(R"("State":"failed")") != std::string::npos);
    CHECK(failed.find("exists") != std::string::npos);
    CHECK(bench.call(operations, "POST", "/api/v1/compact").body == R"({"Id":3})");
    CHECK(bench.end_of(operations).find(R"("Merges":0)") != std::string::npos);
}

TEST_CASE("no request makes the server write outside of its backup directory") {
    Bench bench;
    StoreOperations operations(*bench.store, "/backups");
    for (const char* name :
         {"", ".", "..", "../x", "/x", "a/b", ".x", "x.tmp", "a b", "x\\u0000"}) {
        CAPTURE(name);
        const std::string text = "\"" + std::string(name) + "\"";
        CHECK(bench.call(operations, "POST", "/api/v1/backup", "{\"Destination\":" + text + "}")
                  .status == 400);
        if (*name != '\0')
            CHECK(bench
                      .call(operations, "POST", "/api/v1/backup",
                            R"({"Destination":"ok","Previous":)" + text + "}")
                      .status == 400);
    }
    CHECK(bench.call(operations, "POST", "/api/v1/backup", R"({"Destination":7})").status == 400);
    CHECK(bench.call(operations, "POST", "/api/v1/backup", R"({"Destination":"x"})", "text/plain")
              .status == 400);
    CHECK(bench.call(operations, "GET", "/api/v1/backup").status == 405);
    StoreOperations bare(*bench.store, "");
    CHECK(bench.call(bare, "POST", "/api/v1/backup", R"({"Destination":"x"})").status == 400);
    const auto names = bench.files.list("/");
    REQUIRE(names);
    CHECK(*names == std::vector<std::string>{"data"});
    HttpRequest other;
    other.method = "POST";
    other.path = "/TraceSegments";
    CHECK_FALSE(operations.handle(other));
}

}  // namespace tomograph
