#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tomograph::cli {

/// Text from a trace made harmless for a terminal: control characters, escape sequences, direction
/// overrides and bytes that are no UTF-8 become visible (`\x1b`, `\n`, `\u202e`). Other text is
/// left as it is.
std::string safe_text(std::string_view text);

/// Terminal columns that `text` takes: 2 for East Asian wide characters and emoji, 0 for combining
/// marks. The text is safe_text.
std::size_t display_width(std::string_view text);

/// The text cut to at most `width` columns, ending in `mark` ("…" or "~") when something was cut.
std::string fit(std::string_view text, std::size_t width, std::string_view mark);

/// The text with spaces up to `width` columns, behind or before it.
std::string pad_right(std::string_view text, std::size_t width);
std::string pad_left(std::string_view text, std::size_t width);

/// `text`, n times.
std::string repeat(std::string_view text, std::size_t n);

}  // namespace tomograph::cli
