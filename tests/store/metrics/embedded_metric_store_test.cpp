#include "store/metrics/embedded_metric_store.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <map>
#include <random>

#include "store/metrics/limits.h"
#include "store/metrics_fixture.h"

namespace tomograph::testing {
namespace {

constexpr std::int64_t long_after = 1'000'000'000;

/// What services send: counters, gauges, points that come late and twice; and what should be there.
struct Traffic {
    explicit Traffic(std::uint64_t seed) : random(seed) {}

    std::vector<MetricSeries> next() {
        std::vector<MetricSeries> batch;
        at += 10'000;
        for (int i = 0; i < 20; ++i) {
            if (random() % 4 == 0) continue;
            const std::int64_t moment = random() % 10 == 0 ? at - 35'000 : at;
            const MetricPoint point{moment, value(i)};
            const std::vector<Label> labels = {{"__name__", i % 2 == 0 ? "requests_total" : "load"},
                                               {"pod", fmt::format("pod-{}", i)},
                                               {"job", "shop"}};
            expected[LabelSet(labels)][moment] = point.value;
            batch.push_back(series_of(labels, {point}));
        }
        return batch;
    }

    double value(int series) {
        if (random() % 50 == 0) return no_value();
        if (series % 2 == 0) return static_cast<double>(totals[series] += random() % 5);
        if (series % 3 == 0) return static_cast<double>(random() % 10'000) / 100;
        return std::exp(static_cast<double>(random() % 1000) / 77);
    }

    std::mt19937_64 random;
    std::int64_t at = 0;
    std::map<int, std::uint64_t> totals;
    std::map<LabelSet, std::map<std::int64_t, double>> expected;
};

void check_all(MetricsFixture& fixture, const Traffic& traffic) {
    const auto found = fixture.read(-long_after, long_after);
    REQUIRE(found.size() == traffic.expected.size());
    auto expected = traffic.expected.begin();
    for (const MetricSeries& series : found) {
        REQUIRE(series.labels == expected->first);
        REQUIRE(series.points.size() == expected->second.size());
        auto point = expected->second.begin();
        for (const MetricPoint& each : series.points) {
            REQUIRE(each.at_ms == metric_ms(point->first));
            REQUIRE(std::bit_cast<std::uint64_t>(each.value) ==
                    std::bit_cast<std::uint64_t>(point->second));
            ++point;
        }
        ++expected;
    }
}

}  // namespace

TEST_CASE("points come back the same from memory, from parts and from merged ones") {
    MetricsFixture fixture(1);
    fixture.must_open_all();
    Traffic traffic(11);
    for (int round = 0; round < 12; ++round) {
        for (int i = 0; i < 10; ++i) fixture.must_append_series(traffic.next());
        check_all(fixture, traffic);
        fixture.flush();
        check_all(fixture, traffic);
    }
    CHECK(fixture.metrics->status().open_points == 0);
    CHECK(fixture.metrics->status().parts < 10);  // some were merged
    fixture.must_open_all();
    check_all(fixture, traffic);
}

TEST_CASE("a read takes the time and the series that it asks for, and stops when it is told") {
    MetricsFixture fixture;
    fixture.must_open_all();
    fixture.must_append_series({series_of({{"__name__", "a"}}, {{0, 1}, {1000, 2}, {2000, 3}}),
                                series_of({{"__name__", "b"}}, {{1000, 5}})});
    for (int round = 0; round < 2; ++round) {
        const auto found = fixture.read(1000, 1999, "a");
        REQUIRE(found.size() == 1);
        CHECK(points_text(found[0]) == "1000:2");
        CHECK(fixture.read(2001, 9000).empty());
        CHECK(fixture.read(0, 999, "b").empty());
        MetricSelection names;
        names.start_ms = metric_ms(0);
        names.end_ms = metric_ms(5000);
        names.wants = [](const LabelSet&) { return true; };
        names.with_points = false;
        const auto labels = fixture.metrics->read(names);
        REQUIRE(labels);
        CHECK(labels->size() == 2);
        CHECK(labels->front().points.empty());
        names.with_points = true;
        names.take = [](std::size_t) -> Result<void> { return Error(ErrorCode::limit, "no more"); };
        CHECK(fixture.metrics->read(names).error().message() == "no more");
        fixture.flush();
    }
}

TEST_CASE("of two points of one moment the later one counts, wherever they are") {
    MetricsFixture fixture;
    fixture.must_open_all();
    fixture.must_append_series({series_of({{"__name__", "a"}}, {{0, 1}, {1000, 2}})});
    fixture.must_append_series({series_of({{"__name__", "a"}}, {{1000, 3}})});
    CHECK(points_text(fixture.read(0, 9000)[0]) == "0:1 1000:3");
    fixture.flush();
    CHECK(points_text(fixture.read(0, 9000)[0]) == "0:1 1000:3");
    fixture.must_append_series({series_of({{"__name__", "a"}}, {{0, 4}})});
    CHECK(points_text(fixture.read(0, 9000)[0]) == "0:4 1000:3");
    fixture.flush();
    fixture.must_append_series({series_of({{"__name__", "a"}}, {{-5, 5}})});
    fixture.flush();
    CHECK(points_text(fixture.read(-10, 9000)[0]) == "-5:5 0:4 1000:3");
}

TEST_CASE("names of metrics and exemplars are kept, the newest name wins") {
    MetricsFixture fixture;
    fixture.must_open_all();
    const auto append = [&](const std::string& help) {
        MetricBatch batch;
        batch.families.push_back({"a_bytes", "a", "gauge", "By", help});
        batch.series.push_back(series_of({{"__name__", "a_bytes"}}, {{0, 1}}));
        batch.series[0].exemplars.push_back({metric_ms(0), 0.5, TraceId{1, 2}, SpanId{3}});
        fixture.metrics->append(batch, [](const Result<void>& done) { REQUIRE(done); });
    };
    append("old");
    fixture.flush();
    append("new");
    for (int round = 0; round < 2; ++round) {
        const auto families = fixture.metrics->families();
        REQUIRE(families);
        REQUIRE(families->size() == 1);
        CHECK(families->front() == MetricFamily{"a_bytes", "a", "gauge", "By", "new"});
        const auto found = fixture.read(0, 1);
        REQUIRE(found.size() == 1);
        REQUIRE(found[0].exemplars.size() == 2);
        CHECK(found[0].exemplars[0].trace_id == TraceId{1, 2});
        CHECK(found[0].exemplars[0].span_id == SpanId{3});
        CHECK(found[0].exemplars[0].value == 0.5);
        fixture.flush();
    }
}

TEST_CASE("what was answered is there after a kill and after a power cut") {
    for (const bool is_power : {false, true}) {
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
            CAPTURE(is_power);
            CAPTURE(seed);
            MetricsFixture fixture(seed);
            fixture.must_open_all();
            Traffic traffic(seed);
            for (int life = 0; life < 3; ++life) {
                for (int i = 0; i < 8; ++i) {
                    fixture.must_append_series(traffic.next());
                    if (i == 4 && life % 2 == 1) fixture.flush();
                }
                fixture.crash(is_power);
                fixture.must_open_all();
                check_all(fixture, traffic);
            }
        }
    }
}

TEST_CASE("parts of metrics go when they are too old") {
    MetricsFixture fixture;
    fixture.metric_options.retention_age = Duration::days(2);
    fixture.must_open_all();
    fixture.must_append_series({series_of({{"__name__", "a"}}, {{0, 1}})});
    fixture.flush();
    CHECK(fixture.read(0, 1).size() == 1);
    fixture.clock.advance(Duration::days(4));
    fixture.metrics->signal().tick();
    CHECK(fixture.read(0, 1).empty());
}

TEST_CASE("a series of more points than a block goes on in the next one") {
    MetricsFixture fixture;
    fixture.metric_options.wal_segment_bytes = 8 << 20;
    fixture.must_open_all();
    const auto count = static_cast<std::int64_t>(metric_block_points + 1000);
    for (std::int64_t begin = 0; begin < count; begin += 10'000) {
        std::vector<MetricPoint> points;
        for (std::int64_t i = begin; i < std::min(begin + 10'000, count); ++i)
            points.push_back({i, static_cast<double>(i % 17)});
        fixture.must_append_series({series_of({{"__name__", "a"}}, points)});
    }
    fixture.must_append_series({series_of({{"__name__", "b"}}, {{5, 1}})});
    fixture.flush();
    const auto all = fixture.read(0, count);
    REQUIRE(all.size() == 2);
    CHECK(all[0].points.size() == static_cast<std::size_t>(count));
    CHECK(points_text(all[1]) == "5:1");
    CHECK(points_text(fixture.read(count - 2, count, "a")[0]) ==
          fmt::format("{}:{} {}:{}", count - 2, (count - 2) % 17, count - 1, (count - 1) % 17));
}

}  // namespace tomograph::testing
