#pragma once

#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace tomograph {

/// Reads a duration as Go writes it, and Jaeger's and Tempo's clients send it: `1.5s`, `100ms`,
/// `1h30m`, `20us`, `20µs`, `5ns`; days `d` as well. Never negative.
///
/// errors  invalid  "expected a duration like 1.5s or 100ms"
Result<Duration> parse_duration_text(std::string_view text);

}  // namespace tomograph
