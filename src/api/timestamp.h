#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace tomograph {

/// Request timestamps (xray-api.md §1.1). A number is epoch seconds; above timestamp_seconds_max it
/// is milliseconds. Everything between 1970 and 2262 can be said.
///
/// errors  invalid  "1e300 is not a time between 1970 and 2262"
Result<Instant> timestamp_from(std::int64_t number);
Result<Instant> timestamp_from(double number);

/// ISO 8601 ("2026-11-23T10:00:00Z", "2026-11-23", "2026-11-23 10:00:00.250+09:00") or a number as
/// text. No zone means UTC.
Result<Instant> timestamp_from(std::string_view text);

}  // namespace tomograph
