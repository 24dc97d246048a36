#include "query/expected_band.h"

#include <algorithm>
#include <cmath>

namespace tomograph {
namespace {

constexpr std::int64_t day_seconds = 24 * 60 * 60;
constexpr std::int64_t hour_seconds = 60 * 60;
constexpr std::size_t band_days_min = 3;
constexpr std::size_t recent_periods_min = 10;
constexpr std::int64_t recent_periods_max = 60;
constexpr std::int64_t recent_seconds_max = 12 * hour_seconds;
constexpr std::int64_t expected_band_days = 7;
/// Half of the weight is that of the last 15 periods.
const double newest_weight = 1 - std::exp2(-1.0 / 15);
constexpr double deviations = 3;
/// Of a normal distribution, to its median absolute deviation.
constexpr double normal_scale = 1.4826;

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

struct Expected {
    double mean = 0;
    double deviation = 0;  ///< as it was seen

    double reach(const LeastDeviation& least) const {
        double at_least = std::max(least.absolute, least.share * mean);
        if (least.is_of_counts) at_least = std::max(at_least, std::sqrt(std::max(mean, 0.0)));
        return deviations * std::max(deviation, at_least);
    }
    ExpectedValue as_value(const LeastDeviation& least) const {
        return {.value = mean, .reach = reach(least)};
    }
};

Expected robust(const std::vector<double>& values) {
    Expected expected{.mean = median(values)};
    std::vector<double> away;
    away.reserve(values.size());
    for (const double value : values) away.push_back(std::abs(value - expected.mean));
    expected.deviation = normal_scale * median(std::move(away));
    return expected;
}

/// Neighbours of a period are like it as long as they are of the same hour.
std::int64_t neighbour_seconds(std::int64_t period) { return period < hour_seconds ? period : 0; }

std::int64_t recent_seconds(std::int64_t period) {
    return std::min(recent_periods_max, recent_seconds_max / period) * period;
}

/// The period that holds it: days need not be whole numbers of periods.
std::int64_t period_start(std::int64_t second, std::int64_t period) {
    const std::int64_t past = second % period;
    return second - (past < 0 ? past + period : past);
}

PastValues faults_of(const FaultHistory& history) {
    return {.period_seconds = history.period_seconds,
            .value_at = [&history](std::int64_t second) -> std::optional<double> {
                const auto place = history.periods.find(second);
                if (place == history.periods.end() || place->second.requests == 0) return {};
                return static_cast<double>(place->second.faults);
            }};
}

}  // namespace

std::optional<ExpectedValue> expected_from_days(const PastValues& past, std::int64_t second) {
    const std::int64_t around = neighbour_seconds(past.period_seconds);
    std::vector<double> values;
    std::size_t days = 0;
    for (std::int64_t day = 1; day <= expected_band_days; ++day) {
        std::vector<double> its;
        bool has_any = false;
        const std::int64_t then = period_start(second - day * day_seconds, past.period_seconds);
        for (std::int64_t at = then - around; at <= then + around; at += past.period_seconds) {
            const std::optional<double> value = past.value_at(at);
            has_any |= value.has_value();
            if (value || past.absent_is_zero) its.push_back(value.value_or(0));
        }
        if (!has_any) continue;
        ++days;
        values.insert(values.end(), its.begin(), its.end());
    }
    if (days < band_days_min) return std::nullopt;
    return robust(values).as_value(past.least_deviation);
}

std::optional<ExpectedValue> expected_from_recent(const PastValues& past, std::int64_t second) {
    std::vector<double> values;
    for (std::int64_t at = second - recent_seconds(past.period_seconds); at < second;
         at += past.period_seconds) {
        const std::optional<double> value = past.value_at(at);
        if (value)
            values.push_back(*value);
        else if (past.absent_is_zero && !values.empty())
            values.push_back(0);
    }
    if (values.size() < recent_periods_min) return std::nullopt;

    const auto start = values.begin() + recent_periods_min;
    Expected expected = robust({values.begin(), start});
    for (auto value = start; value != values.end(); ++value) {
        const double reach = expected.reach(past.least_deviation);
        const double away = std::clamp(*value - expected.mean, -reach, reach);
        const double variance = expected.deviation * expected.deviation;
        expected.mean += newest_weight * away;
        expected.deviation =
            std::sqrt((1 - newest_weight) * (variance + newest_weight * away * away));
    }
    return expected.as_value(past.least_deviation);
}

std::optional<ExpectedBand> expected_faults(const FaultHistory& history, std::int64_t second) {
    const PastValues past = faults_of(history);
    auto expected = expected_from_days(past, second);
    if (!expected) expected = expected_from_recent(past, second);
    if (!expected) return std::nullopt;
    return ExpectedBand{
        .low = std::max<std::int64_t>(std::llround(expected->value - expected->reach), 0),
        .high = std::llround(expected->value + expected->reach)};
}

std::vector<TimeRange> expected_band_reads(const TimeRange& range, std::int64_t period_seconds) {
    const Duration around = Duration::seconds(neighbour_seconds(period_seconds));
    std::vector<TimeRange> reads;
    const auto add = [&](const TimeRange& read) {
        if (!reads.empty() && read.start <= reads.back().end)
            reads.back().end = std::max(reads.back().end, read.end);
        else
            reads.push_back(read);
    };
    for (std::int64_t day = expected_band_days; day > 0; --day) {
        const Instant start = range.start - Duration::days(day);
        const std::int64_t first = period_start(start.second(), period_seconds);
        // The neighbour after the last period too.
        add({.start = Instant::from_seconds(first) - around,
             .end = range.end - Duration::days(day) + around});
    }
    add({.start = range.start - Duration::seconds(recent_seconds(period_seconds)),
         .end = range.end});
    return reads;
}

}  // namespace tomograph
