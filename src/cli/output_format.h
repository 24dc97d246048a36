#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tomograph::cli {

enum class OutputFormat { table, json, ndjson, csv, id, dot, mermaid, svg };

Result<OutputFormat> parse_output_format(std::string_view text);

/// A CSV field (RFC 4180), control characters made visible, and a leading = + - @ defused with an
/// apostrophe unless it begins a number: spreadsheets would run it.
std::string csv_field(std::string_view text);

}  // namespace tomograph::cli
