#include "store/metrics/merge_series.h"

#include <algorithm>

#include "store/metrics/limits.h"

namespace tomograph {

void settle_points(std::vector<MetricPoint>& points) {
    const auto is_before = [](const MetricPoint& a, const MetricPoint& b) {
        return a.at_ms < b.at_ms;
    };
    if (!std::is_sorted(points.begin(), points.end(), is_before))
        std::stable_sort(points.begin(), points.end(), is_before);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (i + 1 < points.size() && points[i + 1].at_ms == points[i].at_ms) continue;
        points[kept++] = points[i];
    }
    points.resize(kept);
}

void settle_series(std::vector<MetricSeries>& series) {
    std::stable_sort(
        series.begin(), series.end(),
        [](const MetricSeries& a, const MetricSeries& b) { return a.labels < b.labels; });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < series.size(); ++i) {
        if (kept > 0 && series[kept - 1].labels == series[i].labels) {
            MetricSeries& into = series[kept - 1];
            into.points.insert(into.points.end(), series[i].points.begin(), series[i].points.end());
            into.exemplars.insert(into.exemplars.end(), series[i].exemplars.begin(),
                                  series[i].exemplars.end());
            continue;
        }
        if (kept != i) series[kept] = std::move(series[i]);
        ++kept;
    }
    series.resize(kept);
    for (MetricSeries& each : series) {
        settle_points(each.points);
        if (each.exemplars.size() > metric_exemplars_max)
            each.exemplars.resize(metric_exemplars_max);
    }
}

}  // namespace tomograph
