#pragma once

#include <cstddef>
#include <cstdint>

namespace tomograph {

/// Series of one page of labels, and points of one block (a column's rows at most).
inline constexpr std::size_t metric_page_series = 4'096;
inline constexpr std::size_t metric_block_points = 65'536;
/// Digits behind the point of values that are kept as decimals; beyond it bits are as short.
inline constexpr int metric_digits_max = 6;
/// What damaged bytes may claim.
inline constexpr std::size_t metric_labels_max = 256;
inline constexpr std::size_t metric_texts_max = std::size_t{1} << 20;
/// Memory of a point, a series and an exemplar that are open, for the bound on what is open.
inline constexpr std::size_t metric_point_bytes = sizeof(std::int64_t) + sizeof(double);
inline constexpr std::size_t metric_series_bytes = 256;
/// Parts of metrics are merged up to this size: some ten million points.
inline constexpr std::uint64_t metric_merge_bytes_max = std::uint64_t{16} << 20;
/// Exemplars that one series keeps in a part: enough for a chart.
inline constexpr std::size_t metric_exemplars_max = 1'000;

}  // namespace tomograph
