#include "service/metrics/metric_intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "service/limits.h"
#include "service/metrics/series_of_point.h"
#include "wire/json/utf8.h"
#include "wire/otlp/prometheus_names.h"

namespace tomograph {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::string_view too_many_series = "there are too many series";

/// Times beyond what 64 bits of nanoseconds hold are refused as too late.
std::int64_t ms_of(std::uint64_t ns) { return static_cast<std::int64_t>(ns / ns_per_ms); }

bool is_too_long(const LabelSet& labels) {
    return std::any_of(labels.begin(), labels.end(), [](const Label& label) {
        return label.second.size() > metric_label_bytes_max ||
               label.first.size() > metric_label_bytes_max;
    });
}

}  // namespace

std::uint64_t MetricOutcome::rejected() const {
    std::uint64_t all = 0;
    for (const auto& [reason, count] : rejections) all += count;
    return all;
}

std::string MetricOutcome::sentence() const {
    if (rejections.empty()) return "";
    std::string out = fmt::format("{} of {} points:", rejected(), points);
    const char* separator = " ";
    for (const auto& [reason, count] : rejections) {
        out += fmt::format("{}{} ({})", separator, reason, count);
        separator = ", ";
    }
    return out;
}

/// Reads one request, under the lock of the state.
class MetricIntake::Request final : public MetricsRequestSink {
 public:
    Request(MetricIntake& intake, State& state, Instant now)
        : intake_(intake),
          state_(state),
          oldest_ms_((now - metric_past_max).ns / ns_per_ms),
          newest_ms_((now + metric_future_max).ns / ns_per_ms) {}

    void resource(const WireResource& resource) override {
        end_resource();
        resource_labels_ = labels_of_resource(resource);
        info_ = target_info_labels(resource);
    }

    void scope(const WireScope& scope) override {
        shared_ = resource_labels_;
        add_scope_labels(scope, shared_);
    }

    void empty(const WireMetric&) override {}

    void point(const WireMetric& metric, const WireDataPoint& point) override {
        ++outcome.points;
        if (const std::string_view fault = keep(metric, point); !fault.empty())
            ++outcome.rejections[fault];
    }

    void end_resource() {
        if (info_.is_empty() || !info_at_ms_) return;
        // What is told each time is no reason to refuse anything.
        if (!is_too_long(info_) && (stream_of(info_) != nullptr || has_room(1))) {
            Stream& stream = state_.streams[info_.hash()];
            stream.last_ms = std::max(stream.last_ms, *info_at_ms_);
            series_for(info_).points.push_back({*info_at_ms_, 1});
        }
        info_at_ms_.reset();
    }

    MetricOutcome outcome;
    MetricBatch batch;

 private:
    std::string_view keep(const WireMetric& metric, const WireDataPoint& point) {
        if (metric.name.empty()) return "the metric has no name";
        if (metric.kind == WireMetricKind::none) return "the metric has no data that is known";
        if (const std::string_view fault = fault_of_point(metric, point); !fault.empty())
            return fault;
        const std::int64_t at = ms_of(point.time_ns);
        if (at < oldest_ms_) return "the point is too old";
        if (at > newest_ms_) return "the point lies in the future";
        const std::string name = prometheus_metric_name(metric);
        if (name.empty()) return "the metric's name has no letter";
        std::vector<PointValue> values = values_of_point(metric, name, point, shared_);
        std::size_t missing = 0;
        for (const PointValue& each : values) {
            if (is_too_long(each.labels)) return "a label is too long";
            if (stream_of(each.labels) == nullptr) ++missing;
        }
        if (missing > 0 && !has_room(missing)) return too_many_series;
        const bool is_delta = metric.temporality == WireTemporality::delta;
        if (is_delta && is_late(values, at)) return "a delta came after a later one";
        add_family(metric, name);
        const std::int64_t start = point.start_ns == 0 ? 0 : ms_of(point.start_ns);
        for (const PointValue& each : values) add(each, at, start, is_delta);
        add_exemplars(point, values);
        info_at_ms_ = std::max(info_at_ms_.value_or(at), at);
        return "";
    }

    Stream* stream_of(const LabelSet& labels) {
        const auto found = state_.streams.find(labels.hash());
        return found == state_.streams.end() ? nullptr : &found->second;
    }

    bool has_room(std::size_t series) {
        if (state_.streams.size() + series > metric_series_max) intake_.make_room(state_);
        return state_.streams.size() + series <= metric_series_max;
    }

    /// Whether a later point of its series was here. One of the same moment was sent again.
    bool is_late(const std::vector<PointValue>& values, std::int64_t at) {
        return std::any_of(values.begin(), values.end(), [&](const PointValue& each) {
            const Stream* stream = stream_of(each.labels);
            return stream != nullptr && stream->last_ms > at;
        });
    }

    void add(const PointValue& value, std::int64_t at, std::int64_t start, bool is_delta) {
        const auto [place, is_new] = state_.streams.try_emplace(value.labels.hash());
        Stream& stream = place->second;
        const bool is_total = is_delta && value.counting != Counting::none;
        if (is_total && !is_new && stream.last_ms == at) return;
        MetricSeries& series = series_for(value.labels);
        const bool is_end = is_no_value(value.value);
        // A zero where counting began: of deltas, once; of what counts up, at each new start.
        const bool counts = is_total ? is_new : value.counting == Counting::counter && !is_delta;
        if (counts && !is_end) {
            const bool is_start = is_new || (start != stream.start_ms && start > stream.last_ms);
            const std::int64_t begin = start > 0 ? start : is_total ? at - 1 : 0;
            if (is_start && begin >= oldest_ms_ && begin < at) series.points.push_back({begin, 0});
        }
        if (is_total && !is_end) {
            // As Neumaier sums: totals of many small numbers stay exact.
            const double sum = stream.total + value.value;
            stream.lost += std::abs(stream.total) >= std::abs(value.value)
                               ? (stream.total - sum) + value.value
                               : (value.value - sum) + stream.total;
            stream.total = sum;
        }
        series.points.push_back(
            {at, is_total && !is_end ? stream.total + stream.lost : value.value});
        stream.last_ms = std::max(stream.last_ms, at);
        stream.start_ms = start;
    }

    /// On the series that the measurement counts in: the first bucket that holds it, else the
    /// first.
    void add_exemplars(const WireDataPoint& point, const std::vector<PointValue>& values) {
        for (const WireExemplar& each : point.exemplars) {
            const auto trace = read_trace_id(each.trace_id);
            const auto span = read_span_id(each.span_id);
            if (!trace || !span || values.empty()) continue;
            const PointValue* target = &values.front();
            for (const PointValue& value : values) {
                const std::string_view bound = value.labels.get("le");
                if (bound.empty()) continue;
                if (bound != "+Inf" &&
                    std::strtod(std::string(bound).c_str(), nullptr) < each.value)
                    continue;
                target = &value;
                break;
            }
            const std::int64_t at = ms_of(each.time_ns == 0 ? point.time_ns : each.time_ns);
            if (at < oldest_ms_ || at > newest_ms_) continue;
            series_for(target->labels).exemplars.push_back({at, each.value, *trace, *span});
        }
    }

    void add_family(const WireMetric& metric, const std::string& name) {
        if (!named_.insert(name).second) return;
        batch.families.push_back({.name = name,
                                  .original_name = to_utf8(metric.name),
                                  .type = std::string(prometheus_type(metric)),
                                  .unit = to_utf8(metric.unit),
                                  .help = to_utf8(metric.description)});
    }

    MetricSeries& series_for(const LabelSet& labels) {
        const auto [place, is_new] = places_.try_emplace(labels, batch.series.size());
        if (is_new) batch.series.push_back({.labels = labels});
        return batch.series[place->second];
    }

    MetricIntake& intake_;
    State& state_;
    std::int64_t oldest_ms_;
    std::int64_t newest_ms_;
    std::vector<Label> resource_labels_;
    std::vector<Label> shared_;
    LabelSet info_;
    std::optional<std::int64_t> info_at_ms_;
    std::set<std::string> named_;
    std::unordered_map<LabelSet, std::size_t, LabelSetHash> places_;
};

MetricIntake::MetricIntake(MetricStore& store, const Clock& clock, MetricsRegistry& registry)
    : store_(store),
      clock_(clock),
      registry_(registry),
      points_(registry.counter("tomograph_service_metric_points_total",
                               "Data points of OTLP metrics that came")) {
    registry.callback("tomograph_service_metric_series", "Series of metrics that are written to",
                      [this] { return static_cast<double>(series_.load()); });
}

void MetricIntake::put(std::string_view message, Done done) {
    MetricOutcome outcome;
    MetricBatch batch;
    {
        auto state = state_.lock();
        Request request(*this, *state, clock_.now());
        const auto read = read_metrics_request(message, request);
        if (!read) return done(read.error());
        request.end_resource();
        outcome = std::move(request.outcome);
        batch = std::move(request.batch);
        series_ = state->streams.size();
    }
    count(outcome);
    store_.append(
        batch, [outcome = std::move(outcome), done = std::move(done)](Result<void> kept) mutable {
            if (!kept) return done(std::move(kept).error());
            done(std::move(outcome));
        });
}

void MetricIntake::make_room(State& state) {
    const Duration now = clock_.monotonic();
    if (now < state.next_sweep) return;
    state.next_sweep = now + Duration::minutes(1);
    const std::int64_t idle_ms = (clock_.now() - metric_series_idle).ns / ns_per_ms;
    std::erase_if(state.streams, [&](const auto& entry) { return entry.second.last_ms < idle_ms; });
}

void MetricIntake::count(const MetricOutcome& outcome) {
    points_.add(outcome.points);
    for (const auto& [reason, count] : outcome.rejections)
        registry_
            .counter("tomograph_service_metric_points_rejected_total",
                     "Data points of OTLP metrics that were not kept",
                     {{"reason", std::string(reason)}})
            .add(count);
}

}  // namespace tomograph
