#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tomograph::column {

/// How texts fall into patterns: those that stay, which row is of which, and what stands in its
/// slots. Borrows the texts.
struct TemplatePlan {
    std::vector<std::string> patterns;
    std::vector<std::vector<std::uint32_t>> rows;  // of each pattern
    std::vector<std::int64_t> code_of_row;
    std::vector<std::string_view> cuts;    // of all rows
    std::vector<std::uint32_t> first_cut;  // of each row
    std::size_t rows_kept_whole = 0;
};

struct TemplateLimits {
    /// Rows of patterns with fewer are kept whole.
    std::size_t pattern_rows_min = 1;
    /// With the one that keeps texts whole; at most 256.
    std::size_t patterns_max = 1;
};

/// Patterns with many rows first; the one that keeps texts whole is the last, where one is needed.
TemplatePlan plan_templates(std::span<const std::string_view> values, TemplateLimits limits);

/// The number that stands in a slot of decimal digits.
std::int64_t number_of_cut(std::string_view digits);

}  // namespace tomograph::column
