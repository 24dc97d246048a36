#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "base/clock.h"
#include "service/metrics/metric_intake.h"
#include "service/metrics/remembering_store.h"
#include "service/metrics/series_of_point.h"
#include "wire/json/utf8.h"
#include "wire/otlp/json_metrics.h"
#include "wire/otlp/prometheus_names.h"

using namespace tomograph;

namespace {

/// Makes series of every point that has no fault.
struct SeriesOfAll final : MetricsRequestSink {
    void resource(const WireResource& resource) override {
        labels = labels_of_resource(resource);
        target_info_labels(resource);
    }
    void scope(const WireScope& scope) override {
        shared = labels;
        add_scope_labels(scope, shared);
    }
    void empty(const WireMetric& metric) override { prometheus_metric_name(metric); }
    void point(const WireMetric& metric, const WireDataPoint& point) override {
        if (!fault_of_point(metric, point).empty()) return;
        for (const PointValue& each :
             values_of_point(metric, prometheus_metric_name(metric), point, shared))
            for (const auto& [name, value] : each.labels) ASSERT(!name.empty() && !value.empty());
    }

    std::vector<Label> labels;
    std::vector<Label> shared;
};

/// Takes a request twice, as one whose answer was lost: what is kept is UTF-8, and no more is
/// refused than there was.
void take_twice(std::string_view request) {
    ManualClock clock{Instant::from_seconds(1'700'000'000)};
    MetricsRegistry registry;
    testing::RememberingStore store;
    MetricIntake intake(store, clock, registry);
    for (int i = 0; i < 2; ++i)
        intake.put(request, [](const Result<MetricOutcome>& outcome) {
            if (outcome) ASSERT(outcome->rejected() <= outcome->points);
            if (!outcome) ASSERT(outcome.error().code() == ErrorCode::invalid);
        });
    for (const auto& [labels, series] : store.all) {
        ASSERT(is_utf8(labels));
        ASSERT(!series.points.empty() || !series.exemplars.empty());
    }
    for (const auto& [name, family] : store.known) ASSERT(!name.empty() && is_utf8(family.help));
}

}  // namespace

/// Bytes are a request or refused, as protobuf and as JSON; what is JSON is a request.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    SeriesOfAll sink;
    const auto read = read_metrics_request(bytes, sink);
    if (!read) ASSERT(read.error().code() == ErrorCode::invalid);
    take_twice(bytes);
    const auto message = metrics_request_of_json(bytes);
    if (!message) return 0;
    ASSERT(read_metrics_request(*message, sink));
    take_twice(*message);
    return 0;
}
