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
        is_oversized_ = resource.is_oversized;
        if (is_oversized_) return;
        resource_labels_ = labels_of_resource(resource);
        info_ = target_info_labels(resource);
    }

    void scope(const WireScope& scope) override {
        is_scope_oversized_ = scope.is_oversized;
        if (is_oversized_ || is_scope_oversized_) return;
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
        if (is_oversized_) return "the resource is too large";
        if (is_scope_oversized_) return "the scope is too large";
        if (metric.name.empty()) return "the metric has no name";
        if (metric.kind == WireMetricKind::none) return "the metric has no data that is known";
        if (const std::string_view fault = fault_of_point(metric, point); !fault.empty())
            return fault;
        const std::int64_t at = ms_of(point.time_ns);
        if (at < oldest_ms_) return "the point is too old";
        if (at > newest_ms_) return "the point lies in the future";
        if (metric.name.size() > metric_label_bytes_max) return "the metric's name is too long";
        const std::string name = prometheus_metric_name(metric);
        if (name.empty()) return "the metric's name has no letter";
        const std::size_t labels_bytes = name.size() + bytes_of(point.attributes);
        if (labels_bytes > metric_labels_bytes_max) return "the labels are too long";
        std::vector<PointValue> values = values_of_point(metric, name, point, shared_);
        if (labels_bytes_ + values.size() * labels_bytes > metric_request_labels_bytes_max)
            return "the request has too many bytes of labels";
        std::size_t missing = 0;
        for (const PointValue& each : values) {
            if (is_too_long(each.labels)) return "a label is too long";
            if (stream_of(each.labels) == nullptr) ++missing;
        }
        if (missing > 0 && !has_room(missing)) return too_many_series;
        const bool is_delta = metric.temporality == WireTemporality::delta;
        if (is_delta && is_late(values, at)) return "a delta came after a later one";
        labels_bytes_ += values.size() * labels_bytes;
        add_family(metric, name);
        const std::int64_t start = point.start_ns == 0 ? 0 : ms_of(point.start_ns);
        for (const PointValue& each : values) add(each, at, start, is_delta);
        add_exemplars(point, values);
        info_at_ms_ = std::max(info_at_ms_.value_or(at), at);
        return "";
    }

    /// Of the labels that the attributes become, beside those that all points of the scope have.
    std::size_t bytes_of(const WireAttributes& attributes) const {
        std::size_t bytes = 0;
        for (const WireAttribute& each : attributes)
            bytes += each.key.size() + each.value.text.size();
        for (const auto& [name, value] : shared_) bytes += name.size() + value.size();
        return bytes;
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
        if (point.exemplars.empty()) return;
        std::vector<std::pair<double, const PointValue*>> buckets;  // by their bounds, which ascend
        for (const PointValue& value : values)
            if (const std::string_view bound = value.labels.get("le"); !bound.empty())
                buckets.emplace_back(std::strtod(std::string(bound).c_str(), nullptr), &value);
        for (const WireExemplar& each : point.exemplars) {
            const auto trace = read_trace_id(each.trace_id);
            const auto span = read_span_id(each.span_id);
            if (!trace || !span || values.empty()) continue;
            const auto its =
                std::partition_point(buckets.begin(), buckets.end(),
                                     [&](const auto& bucket) { return bucket.first < each.value; });
            const PointValue* target = its == buckets.end() ? &values.front() : its->second;
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
    bool is_oversized_ = false;
    bool is_scope_oversized_ = false;
    std::size_t labels_bytes_ = 0;
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
