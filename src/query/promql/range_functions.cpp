#include "query/promql/range_functions.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/assert.h"
#include "query/promql/vector_value.h"

namespace tomograph::promql {
namespace {

using Samples = std::span<const Sample>;

double seconds_between(std::int64_t from_ms, std::int64_t to_ms) {
    return static_cast<double>(to_ms - from_ms) / 1000;
}

/// rate(), increase() and delta().
std::optional<double> extrapolated(const RangeWindow& window, bool is_counter, bool is_rate) {
    const Samples samples = window.samples;
    if (samples.size() < 2) return std::nullopt;
    double change = samples.back().value - samples.front().value;
    if (is_counter) {
        for (std::size_t i = 1; i < samples.size(); ++i)
            if (samples[i].value < samples[i - 1].value) change += samples[i - 1].value;
    }
    const double sampled = seconds_between(samples.front().at_ms, samples.back().at_ms);
    const double spacing = sampled / static_cast<double>(samples.size() - 1);
    const double threshold = spacing * 1.1;
    double to_start = seconds_between(window.start_ms, samples.front().at_ms);
    double to_end = seconds_between(samples.back().at_ms, window.end_ms);
    if (to_start >= threshold) to_start = spacing / 2;
    if (is_counter && change > 0 && samples.front().value >= 0)
        to_start = std::min(to_start, sampled * (samples.front().value / change));
    if (to_end >= threshold) to_end = spacing / 2;
    double factor = (sampled + to_start + to_end) / sampled;
    if (is_rate) factor /= seconds_between(window.start_ms, window.end_ms);
    return change * factor;
}

/// irate() and idelta().
std::optional<double> of_last_two(Samples samples, bool is_rate) {
    if (samples.size() < 2) return std::nullopt;
    const Sample& last = samples.back();
    const Sample& before = samples[samples.size() - 2];
    double change = last.value - before.value;
    if (is_rate && last.value < before.value) change = last.value;
    return is_rate ? change / seconds_between(before.at_ms, last.at_ms) : change;
}

struct Line {
    double slope;
    double intercept;
};

Line regression(Samples samples, std::int64_t origin_ms) {
    ExactSum x_sum;
    ExactSum y_sum;
    ExactSum xy_sum;
    ExactSum xx_sum;
    bool is_constant = true;
    for (const Sample& sample : samples) {
        is_constant &= sample.value == samples.front().value;
        const double x = seconds_between(origin_ms, sample.at_ms);
        x_sum.add(x);
        y_sum.add(sample.value);
        xy_sum.add(x * sample.value);
        xx_sum.add(x * x);
    }
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    const double first = samples.front().value;
    if (is_constant) return std::isinf(first) ? Line{none, none} : Line{0, first};
    const auto n = static_cast<double>(samples.size());
    const double x = x_sum.total();
    const double y = y_sum.total();
    const double slope = (xy_sum.total() - x * y / n) / (xx_sum.total() - x * x / n);
    return {slope, y / n - slope * x / n};
}

double mean_of(Samples samples) {
    ExactSum sum;
    for (const Sample& sample : samples) sum.add(sample.value);
    return sum.total() / static_cast<double>(samples.size());
}

double sum_of(Samples samples) {
    ExactSum sum;
    for (const Sample& sample : samples) sum.add(sample.value);
    return sum.total();
}

double variance_of(Samples samples) {
    double count = 0;
    ExactSum mean;
    ExactSum squares;
    for (const Sample& sample : samples) {
        ++count;
        const double delta = sample.value - mean.total();
        mean.add(delta / count);
        squares.add(delta * (sample.value - mean.total()));
    }
    return squares.total() / count;
}

template <class IsBetter>
double best_of(Samples samples, IsBetter is_better) {
    double best = samples.front().value;
    for (const Sample& sample : samples)
        if (is_better(sample.value, best) || std::isnan(best)) best = sample.value;
    return best;
}

template <class Counts>
double count_pairs(Samples samples, Counts counts) {
    double count = 0;
    for (std::size_t i = 1; i < samples.size(); ++i)
        if (counts(samples[i - 1].value, samples[i].value)) ++count;
    return count;
}

double quantile_over(double q, Samples samples) {
    std::vector<double> values;
    values.reserve(samples.size());
    for (const Sample& sample : samples) values.push_back(sample.value);
    return quantile_of(q, values);
}

}  // namespace

std::optional<double> range_value(FunctionId function, const RangeWindow& window) {
    const Samples samples = window.samples;
    switch (function) {
        case FunctionId::rate:
            return extrapolated(window, true, true);
        case FunctionId::increase:
            return extrapolated(window, true, false);
        case FunctionId::delta:
            return extrapolated(window, false, false);
        case FunctionId::irate:
            return of_last_two(samples, true);
        case FunctionId::idelta:
            return of_last_two(samples, false);
        case FunctionId::avg_over_time:
            return mean_of(samples);
        case FunctionId::sum_over_time:
            return sum_of(samples);
        case FunctionId::min_over_time:
            return best_of(samples, [](double a, double b) { return a < b; });
        case FunctionId::max_over_time:
            return best_of(samples, [](double a, double b) { return a > b; });
        case FunctionId::count_over_time:
            return static_cast<double>(samples.size());
        case FunctionId::last_over_time:
            return samples.back().value;
        case FunctionId::present_over_time:
            return 1;
        case FunctionId::stddev_over_time:
            return std::sqrt(variance_of(samples));
        case FunctionId::stdvar_over_time:
            return variance_of(samples);
        case FunctionId::quantile_over_time:
            return quantile_over(window.parameter, samples);
        case FunctionId::changes:
            return count_pairs(samples, [](double a, double b) {
                return a != b && !(std::isnan(a) && std::isnan(b));
            });
        case FunctionId::resets:
            return count_pairs(samples, [](double a, double b) { return b < a; });
        case FunctionId::deriv:
            if (samples.size() < 2) return std::nullopt;
            return regression(samples, samples.front().at_ms).slope;
        case FunctionId::predict_linear: {
            if (samples.size() < 2) return std::nullopt;
            const Line line = regression(samples, window.at_ms);
            return line.slope * window.parameter + line.intercept;
        }
        default:
            break;
    }
    ASSERT(false);
    return std::nullopt;
}

}  // namespace tomograph::promql
