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

    double least_deviation() const { return std::sqrt(std::max(mean, 1.0)); }
    double reach() const { return deviations * std::max(deviation, least_deviation()); }
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

PeriodCount count_at(const FaultHistory& history, std::int64_t second) {
    const auto place = history.periods.find(second);
    return place == history.periods.end() ? PeriodCount{} : place->second;
}

std::optional<Expected> of_days(const FaultHistory& history, std::int64_t second) {
    const std::int64_t around = neighbour_seconds(history.period_seconds);
    std::vector<double> faults;
    std::size_t days = 0;
    for (std::int64_t day = 1; day <= expected_band_days; ++day) {
        std::vector<double> its;
        std::int64_t requests = 0;
        const std::int64_t then = period_start(second - day * day_seconds, history.period_seconds);
        for (std::int64_t at = then - around; at <= then + around; at += history.period_seconds) {
            const PeriodCount count = count_at(history, at);
            requests += count.requests;
            its.push_back(static_cast<double>(count.faults));
        }
        if (requests == 0) continue;
        ++days;
        faults.insert(faults.end(), its.begin(), its.end());
    }
    if (days < band_days_min) return std::nullopt;
    return robust(faults);
}

std::optional<Expected> of_recent(const FaultHistory& history, std::int64_t second) {
    auto first = history.periods.lower_bound(second - recent_seconds(history.period_seconds));
    while (first != history.periods.end() && first->second.requests == 0) ++first;
    if (first == history.periods.end() || first->first >= second) return std::nullopt;
    std::vector<double> faults;
    for (std::int64_t at = first->first; at < second; at += history.period_seconds)
        faults.push_back(static_cast<double>(count_at(history, at).faults));
    if (faults.size() < recent_periods_min) return std::nullopt;

    const auto start = faults.begin() + recent_periods_min;
    Expected expected = robust({faults.begin(), start});
    for (auto value = start; value != faults.end(); ++value) {
        const double reach = expected.reach();
        const double away = std::clamp(*value - expected.mean, -reach, reach);
        const double variance = expected.deviation * expected.deviation;
        expected.mean += newest_weight * away;
        expected.deviation =
            std::sqrt((1 - newest_weight) * (variance + newest_weight * away * away));
    }
    return expected;
}

}  // namespace

std::optional<ExpectedBand> expected_faults(const FaultHistory& history, std::int64_t second) {
    auto expected = of_days(history, second);
    if (!expected) expected = of_recent(history, second);
    if (!expected) return std::nullopt;
    return ExpectedBand{
        .low = std::max<std::int64_t>(std::llround(expected->mean - expected->reach()), 0),
        .high = std::llround(expected->mean + expected->reach())};
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
