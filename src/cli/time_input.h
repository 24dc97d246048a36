#pragma once

#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace tomograph::cli {

/// Reads a length of time: `500ms`, `90s`, `15m`, `1h30m`, `2d`, `1w`, `1.5h`.
/// errors  invalid  also for zero, and for more than ten years
Result<Duration> parse_duration(std::string_view text);

/// Reads a moment: `now`, `15m ago`, `today 09:30`, `yesterday 14:00`, `2026-08-22`,
/// `2026-08-22T04:00`, RFC 3339 with a zone, epoch seconds (fraction allowed) or milliseconds.
/// Without a zone: local time.
Result<Instant> parse_instant(std::string_view text, Instant now);

/// Reads what one wants to look at: `15m` (the last 15 minutes), a moment (from then until now), or
/// `A..B`, where A may be a length before B, and B may be left out.
Result<TimeRange> parse_time_range(std::string_view text, Instant now);

}  // namespace tomograph::cli
