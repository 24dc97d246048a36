#include "query/promql/vector_value.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace tomograph::promql {

Result<void> merge_equal_series(Vector& vector) {
    std::unordered_map<LabelSet, std::size_t, LabelSetHash> places;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < vector.size(); ++i) {
        const auto [place, is_new] = places.try_emplace(vector[i].labels, kept);
        if (is_new) {
            if (kept != i) vector[kept] = std::move(vector[i]);
            ++kept;
            continue;
        }
        VectorSeries& into = vector[place->second];
        for (std::size_t step = 0; step < into.values.size(); ++step) {
            if (!vector[i].has(step)) continue;
            if (into.has(step))
                return Error(ErrorCode::invalid,
                             "the vector would have two series with the labels " +
                                 tomograph::to_text(into.labels));
            into.values[step] = vector[i].values[step];
        }
    }
    vector.resize(kept);
    return {};
}

Result<void> drop_names(Vector& vector) {
    for (VectorSeries& series : vector) series.labels.remove(metric_name_label);
    return merge_equal_series(vector);
}

void drop_empty_series(Vector& vector) {
    std::erase_if(vector, [](const VectorSeries& series) {
        return std::all_of(series.values.begin(), series.values.end(), is_stale);
    });
}

void ExactSum::add(double value) {
    const double next = sum + value;
    if (std::isinf(next)) {
        lost = 0;
    } else if (std::abs(sum) >= std::abs(value)) {
        lost += (sum - next) + value;
    } else {
        lost += (value - next) + sum;
    }
    sum = next;
}

double quantile_of(double q, std::vector<double>& values) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (values.empty() || std::isnan(q)) return std::numeric_limits<double>::quiet_NaN();
    if (q < 0) return -infinity;
    if (q > 1) return infinity;
    std::sort(values.begin(), values.end(), [](double a, double b) {
        if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && !std::isnan(b);
        return a < b;
    });
    const double rank = q * (static_cast<double>(values.size()) - 1);
    const auto below = static_cast<std::size_t>(std::max(0.0, std::floor(rank)));
    const std::size_t above = std::min(values.size() - 1, below + 1);
    const double weight = rank - std::floor(rank);
    return values[below] * (1 - weight) + values[above] * weight;
}

}  // namespace tomograph::promql
