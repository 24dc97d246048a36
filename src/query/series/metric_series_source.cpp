#include "query/series/metric_series_source.h"

#include <array>
#include <optional>
#include <utility>

namespace tomograph {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array other_names = {
    Pair{"traces_span_metrics_calls_total", "traces_spanmetrics_calls_total"},
    Pair{"traces_span_metrics_duration_seconds_bucket", "traces_spanmetrics_latency_bucket"},
    Pair{"traces_span_metrics_duration_seconds_sum", "traces_spanmetrics_latency_sum"},
    Pair{"traces_span_metrics_duration_seconds_count", "traces_spanmetrics_latency_count"}};

/// The same series under its other name; nothing when it has none.
std::optional<LabelSet> renamed(const LabelSet& labels) {
    const std::string_view name = labels.metric_name();
    for (const auto& [from, to] : other_names) {
        if (name != from) continue;
        LabelSet other = labels;
        other.set(metric_name_label, to);
        other.set("service", labels.get("service_name"));
        other.remove("service_name");
        return other;
    }
    return std::nullopt;
}

}  // namespace

Result<std::vector<MetricSeries>> MetricSeriesSource::read(const promql::SeriesQuery& query,
                                                           promql::ReadBudget& budget,
                                                           bool with_points) const {
    MetricSelection selection;
    selection.start_ms = query.range.start;
    selection.end_ms = query.range.end;
    selection.with_points = with_points;
    selection.wants = [&query](const LabelSet& labels) {
        if (promql::matches(query.matchers, labels)) return true;
        const auto other = renamed(labels);
        return other && promql::matches(query.matchers, *other);
    };
    selection.take = [&budget](std::size_t points) -> Result<void> {
        TRY(budget.take_series(1));
        return budget.take_samples(points);
    };
    return store_.read(selection);
}

Result<void> MetricSeriesSource::select(const promql::SeriesQuery& query,
                                        promql::ReadBudget& budget,
                                        std::vector<promql::Series>& out) const {
    std::vector<MetricSeries> found = TRY(read(query, budget, true));
    for (MetricSeries& series : found) {
        const auto other = renamed(series.labels);
        if (other && promql::matches(query.matchers, *other))
            out.push_back({*other, series.points});
        if (promql::matches(query.matchers, series.labels))
            out.push_back({std::move(series.labels), std::move(series.points)});
    }
    return {};
}

Result<void> MetricSeriesSource::label_sets(const promql::SeriesQuery& query,
                                            promql::ReadBudget& budget,
                                            std::set<LabelSet>& out) const {
    std::vector<MetricSeries> found = TRY(read(query, budget, false));
    for (MetricSeries& series : found) {
        const auto other = renamed(series.labels);
        if (other && promql::matches(query.matchers, *other)) out.insert(*other);
        if (promql::matches(query.matchers, series.labels)) out.insert(std::move(series.labels));
    }
    return {};
}

Result<void> MetricSeriesSource::families(std::vector<MetricFamily>& out) const {
    std::vector<MetricFamily> known = TRY(store_.families());
    out.insert(out.end(), std::make_move_iterator(known.begin()),
               std::make_move_iterator(known.end()));
    return {};
}

Result<void> MetricSeriesSource::exemplars(const promql::SeriesQuery& query,
                                           promql::ReadBudget& budget,
                                           std::vector<MetricSeries>& out) const {
    MetricSelection selection;
    selection.start_ms = query.range.start;
    selection.end_ms = query.range.end;
    selection.with_points = false;
    selection.with_exemplars = true;
    selection.wants = [&query](const LabelSet& labels) {
        return promql::matches(query.matchers, labels);
    };
    selection.take = [&budget](std::size_t) -> Result<void> { return budget.take_series(1); };
    std::vector<MetricSeries> found = TRY(store_.read(selection));
    for (MetricSeries& series : found)
        if (!series.exemplars.empty()) out.push_back(std::move(series));
    return {};
}

}  // namespace tomograph
