#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tomograph {

/// Whether all of `text` is one JSON number.
bool is_json_number(std::string_view text);

/// text x 10^scale, rounded to the nearest integer, exactly: "1.478293361271E9" at scale 9 is
/// 1478293361271000000. By its decimal digits, never through a double (which would lose the last
/// 200 ns of an epoch second). Digits beyond the 20th significant one are ignored.
///
/// returns  nothing when text is not a JSON number or the result is beyond 64 bits
/// cost     O(text), whatever the exponent
std::optional<std::int64_t> parse_scaled_decimal(std::string_view text, int scale);

/// The other way: appends value x 10^-scale in plain digits, `scale` (1 to 18) of them behind the
/// point.
void append_scaled_decimal(std::int64_t value, int scale, std::string& out);

}  // namespace tomograph
