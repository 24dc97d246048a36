#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace tomograph::cli {

/// "1.8%", "12%"; "" for nothing.
std::string percent_text(double percent);
/// Of a length in milliseconds; as duration_text().
std::string milliseconds_text(double ms);
/// "9.5", "120": how many came in a minute of that range.
std::string per_minute_text(std::int64_t requests, TimeRange range);

}  // namespace tomograph::cli
