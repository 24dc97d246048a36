#include "api/daemon_intake.h"

#include <doctest/doctest.h>

#include "api/scripted_store.h"
#include "api/segment_text.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

constexpr std::string_view header = "{\"format\":\"json\",\"version\":1}\n";

struct Bench {
    ScriptedStore store;
    ManualClock clock{Instant::from_seconds(test_second)};
    MetricsRegistry metrics;
    Ingest ingest{store, clock, metrics};
    DaemonIntake intake{ingest, IngestSource::udp, metrics};

    void take(std::vector<std::string> datagrams) {
        const std::vector<std::string_view> views(datagrams.begin(), datagrams.end());
        intake.handler()(views);
    }
    bool has_metric(std::string_view line) const {
        return ("\n" + metrics.to_prometheus_text()).find("\n" + std::string(line) + "\n") !=
               std::string::npos;
    }
};

}  // namespace

TEST_CASE("all datagrams of one wake-up go into one append") {
    Bench bench;
    bench.take({std::string(header) + segment_text('a'), std::string(header) + segment_text('b'),
                std::string(header) + segment_text('c') + "\n" + segment_text('d')});
    REQUIRE(bench.store.appends.size() == 1);
    CHECK(bench.store.appends[0].size() == 4);
    CHECK(bench.has_metric(R"(tomograph_api_segments_received_total{source="udp"} 4)"));
}

TEST_CASE("a datagram without a document is counted by cause and spoils no other") {
    Bench bench;
    bench.take({"", segment_text('a'), "{\"format\":\"json\",\"version\":2}\n{}",
                std::string(header) + "M1CgA=", std::string(header) + segment_text('b')});
    REQUIRE(bench.store.appends.size() == 1);
    CHECK(bench.store.appends[0].size() == 1);
    CHECK(bench.has_metric(
        R"(tomograph_api_datagrams_dropped_total{cause="missing_header",source="udp"} 2)"));
    CHECK(bench.has_metric(
        R"(tomograph_api_datagrams_dropped_total{cause="bad_header",source="udp"} 1)"));
    CHECK(bench.has_metric(R"(tomograph_api_segments_rejected_total{code="Otlp",source="udp"} 1)"));
}

TEST_CASE("datagrams that the store cannot take are counted") {
    Bench bench;
    bench.store.failure = Error(ErrorCode::unavailable, "overloaded");
    bench.take({std::string(header) + segment_text('a')});
    CHECK(bench.has_metric(
        R"(tomograph_api_segments_dropped_total{cause="overload",source="udp"} 1)"));
}
