#include "cli/figure_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/time_text.h"

namespace tomograph::cli {

std::string percent_text(double percent) {
    if (percent == 0) return "";
    return percent < 10 ? fmt::format("{:.1f}%", percent) : fmt::format("{:.0f}%", percent);
}

std::string milliseconds_text(double ms) {
    return duration_text(Duration::nanoseconds(static_cast<std::int64_t>(ms * 1e6)));
}

std::string per_minute_text(std::int64_t requests, TimeRange range) {
    const double minutes = std::max(1.0 / 60, (range.end - range.start).as_seconds() / 60);
    const double rate = static_cast<double>(requests) / minutes;
    return rate < 10 ? fmt::format("{:.1f}", rate) : fmt::format("{:.0f}", rate);
}

}  // namespace tomograph::cli
