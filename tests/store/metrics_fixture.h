#pragma once

#include "store/keys_fixture.h"
#include "store/metrics/embedded_metric_store.h"
#include "store/store_fixture.h"

namespace tomograph::testing {

/// Moments of a test: milliseconds after test_second.
inline std::int64_t metric_ms(std::int64_t after) { return test_second * 1000 + after; }

inline MetricSeries series_of(std::vector<Label> labels, std::vector<MetricPoint> points) {
    for (MetricPoint& point : points) point.at_ms = metric_ms(point.at_ms);
    return {.labels = LabelSet(std::move(labels)), .points = std::move(points)};
}

/// A store with metrics, on a file system in memory, driven by hand.
struct MetricsFixture : StoreFixture {
    explicit MetricsFixture(std::uint64_t seed = 0, EmbeddedStoreOptions its = small_options())
        : StoreFixture(seed, std::move(its)) {
        metric_options.wal_segment_bytes = 64 << 10;
        metric_options.wal_first_segment_bytes = 16 << 10;
        metric_options.merge_fan_in = 3;
    }
    ~MetricsFixture() { store.reset(); }

    Result<void> open_all() {
        store.reset();
        metrics.reset();
        metric_registry = std::make_unique<MetricsRegistry>();
        metrics = std::make_unique<EmbeddedMetricStore>(*metric_registry, metric_options);
        options.signals = {&metrics->signal()};
        return open();
    }
    void must_open_all() {
        const auto opened = open_all();
        REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message()));
    }
    void crash(bool power) {
        files.crash_at_call(1);
        store.reset();
        if (power)
            files.power_cut();
        else
            files.process_kill();
    }
    Result<void> append_series(std::vector<MetricSeries> series) {
        MetricBatch batch;
        batch.series = std::move(series);
        std::optional<Result<void>> answer;
        metrics->append(batch, [&](const Result<void>& done) { answer.emplace(done); });
        REQUIRE(answer);
        return *answer;
    }
    void must_append_series(std::vector<MetricSeries> series) {
        const auto done = append_series(std::move(series));
        REQUIRE_MESSAGE(done, (done ? "" : done.error().message()));
    }
    void flush() {
        clock.advance(metric_options.flush_age);
        metrics->signal().tick();
    }
    std::vector<MetricSeries> read(std::int64_t start, std::int64_t end,
                                   const std::string& name = "") {
        MetricSelection selection;
        selection.start_ms = metric_ms(start);
        selection.end_ms = metric_ms(end);
        selection.wants = [&](const LabelSet& labels) {
            return name.empty() || labels.metric_name() == name;
        };
        selection.with_exemplars = true;
        auto found = metrics->read(selection);
        REQUIRE_MESSAGE(found, (found ? "" : found.error().message()));
        return *std::move(found);
    }

    SignalOptions metric_options;
    std::unique_ptr<MetricsRegistry> metric_registry;
    std::unique_ptr<EmbeddedMetricStore> metrics;
};

/// `at:value` of each point, moments after test_second.
inline std::string points_text(const MetricSeries& series) {
    std::string out;
    for (const MetricPoint& point : series.points) {
        if (!out.empty()) out += ' ';
        out += fmt::format("{}:", point.at_ms - metric_ms(0));
        out += is_no_value(point.value) ? "none" : fmt::format("{}", point.value);
    }
    return out;
}

}  // namespace tomograph::testing
