#include "query/latency_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "query/histogram_entries.h"
#include "query/limits.h"

namespace tomograph {
namespace {

constexpr double first_band_ms = 1;
constexpr double bands_a_decade = 8;
constexpr std::array<std::int64_t, 13> fitting_steps = {1,   5,    10,   30,    60,    300,  600,
                                                        900, 1800, 3600, 10800, 21600, 86400};

std::array<Duration, latency_bands> band_ends() {
    std::array<Duration, latency_bands> ends{};
    for (std::size_t band = 0; band + 1 < latency_bands; ++band) {
        const double ms = first_band_ms * std::pow(10, static_cast<double>(band) / bands_a_decade);
        ends[band] = Duration::microseconds(std::llround(ms * 1000));
    }
    ends.back() = {std::numeric_limits<std::int64_t>::max()};
    return ends;
}

const std::array<Duration, latency_bands>& ends() {
    static const std::array<Duration, latency_bands> made = band_ends();
    return made;
}

Duration fitting_step(TimeRange range) {
    const std::int64_t seconds = (range.end - range.start).ns / Duration::seconds(1).ns;
    constexpr auto steps = static_cast<std::int64_t>(latency_steps);
    for (const std::int64_t step : fitting_steps)
        if (seconds <= step * steps) return Duration::seconds(step);
    return Duration::days((seconds / 86400 + steps - 1) / steps);
}

std::vector<BandCount> bands_of(const LatencyHistogram& histogram) {
    std::vector<BandCount> bands;
    for (const auto& [bucket, count] : histogram.buckets()) {
        const std::size_t band = latency_band_of(LatencyHistogram::value_of(bucket));
        if (bands.empty() || bands.back().band != band) bands.push_back({band, 0});
        bands.back().count += count;
    }
    return bands;
}

void add(ValueGroup& sum, const ValueGroup& group) {
    sum.count += group.count;
    sum.errors += group.errors;
    sum.throttles += group.throttles;
    sum.faults += group.faults;
    sum.duration.add(group.duration);
}

Instant start_of(const ValueGroup& group) {
    const std::string& text = group.value->text;
    double second = 0;  // canonical numbers may have an exponent
    std::from_chars(text.data(), text.data() + text.size(), second);
    return Instant::from_seconds(std::llround(second));
}

}  // namespace

Duration latency_band_end(std::size_t band) { return ends()[band]; }

std::size_t latency_band_of(Duration latency) {
    const auto found = std::upper_bound(ends().begin(), ends().end(), latency);
    return std::min<std::size_t>(static_cast<std::size_t>(found - ends().begin()),
                                 latency_bands - 1);
}

Result<LatencyChart> read_latency_chart(TraceStore& store, GroupQuery query) {
    if (query.step.ns <= 0) query.step = fitting_step(query.traces.range);
    const std::int64_t steps =
        (query.traces.range.end - query.traces.range.start).ns / query.step.ns;
    if (steps > static_cast<std::int64_t>(latency_steps_max))
        return Error(ErrorCode::invalid, fmt::format("the range has {} steps, at most {} are "
                                                     "answered: ask for longer ones",
                                                     steps, latency_steps_max));
    query.limit = latency_steps_max + 2;  // one is begun at each end
    ValueGroups groups = TRY(store.group(query));
    LatencyChart chart{.step = query.step, .coverage = groups.coverage};
    for (ValueGroup& group : groups.groups) {
        add(chart.whole, group);
        LatencyStep& step = chart.steps.emplace_back();
        step.start = start_of(group);
        step.bands = bands_of(group.duration);
        step.counts = std::move(group);
    }
    std::sort(chart.steps.begin(), chart.steps.end(),
              [](const LatencyStep& a, const LatencyStep& b) { return a.start < b.start; });
    chart.histogram = histogram_entries(chart.whole.duration);
    return chart;
}

}  // namespace tomograph
