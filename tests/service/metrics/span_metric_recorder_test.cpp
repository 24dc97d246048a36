#include "service/metrics/span_metric_recorder.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "remembering_store.h"

namespace tomograph::testing {
namespace {

// A minute begins here.
constexpr std::int64_t start_ms = 1'700'000'040'000;
const std::string calls =
    R"(outcome="ok", service_name="shop", span_kind="SPAN_KIND_SERVER", span_name="GET /", status_code="STATUS_CODE_UNSET")";

struct Fixture {
    ManualClock clock{Instant{start_ms * 1'000'000}};
    MetricsRegistry registry;
    SpanMetrics spans{registry};
    RememberingStore store;
    SpanMetricRecorder recorder{spans, store, clock};

    void call(int times) {
        for (int i = 0; i < times; ++i)
            spans.note({.service = "shop",
                        .name = "GET /",
                        .kind = CountedKind::server,
                        .duration = Duration::milliseconds(30),
                        .trace_id = {1, 2},
                        .span_id = {3},
                        .end = clock.now()});
    }
    void tick_after(Duration time) {
        clock.advance(time);
        REQUIRE(recorder.tick());
    }
    /// Seconds from the start and value of each point of the calls.
    std::vector<std::pair<std::int64_t, double>> points() const {
        std::vector<std::pair<std::int64_t, double>> out;
        for (const auto& [labels, series] : store.all)
            if (labels.find("calls_total") != std::string::npos &&
                labels.find(calls) != std::string::npos)
                for (const MetricPoint& point : series.points)
                    out.emplace_back((point.at_ms - start_ms) / 1000, point.value);
        return out;
    }
};

using Points = std::vector<std::pair<std::int64_t, double>>;

}  // namespace

TEST_CASE("what spans add up to is written once a minute, and begins at zero") {
    Fixture f;
    f.call(3);
    f.tick_after(Duration::seconds(59));
    CHECK(f.store.all.empty());
    f.tick_after(Duration::seconds(1));
    CHECK(f.points() == Points{{0, 0}, {60, 3}});
    f.tick_after(Duration::seconds(1));
    f.call(2);
    f.tick_after(Duration::seconds(60));
    CHECK(f.points() == Points{{0, 0}, {60, 3}, {121, 5}});
    CHECK(f.store.known.contains("traces_span_metrics_calls_total"));
}

TEST_CASE("while the store replays nothing is written, and nothing is lost by that") {
    Fixture f;
    f.call(3);
    f.store.is_ready = false;
    f.tick_after(Duration::seconds(70));
    CHECK(f.store.all.empty());
    f.store.is_ready = true;
    f.tick_after(Duration::seconds(1));
    CHECK(f.points() == Points{{0, 0}, {71, 3}});
}

TEST_CASE("what the store refuses is in the totals of the next minute") {
    Fixture f;
    f.call(3);
    f.store.refusal = Error(ErrorCode::unavailable, "the disk is full");
    f.tick_after(Duration::seconds(60));
    CHECK(f.store.all.empty());
    f.store.refusal.reset();
    f.call(1);
    f.tick_after(Duration::seconds(60));
    CHECK(f.points() == Points{{60, 0}, {120, 4}});
}

}  // namespace tomograph::testing
