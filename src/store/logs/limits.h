#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace tomograph {

// Lines. -----------------------------------------------------------------------------------------

/// A line with all its attributes, in the form of a record (docs/formats/logs.md).
inline constexpr std::size_t log_line_bytes_max = 512 << 10;
inline constexpr std::size_t log_attributes_max = 1'024;
/// One request: what the log takes as a frame, less what the form adds.
inline constexpr std::size_t log_batch_bytes_max = 40 << 20;
inline constexpr std::size_t log_batch_lines_max = 1 << 20;

// Parts. -----------------------------------------------------------------------------------------

/// Lines of a group: shapes, streams and filters are of a group.
inline constexpr std::size_t log_group_rows = 65'536;
inline constexpr std::size_t log_group_bytes = 64 << 20;
/// A merge decodes groups below this share of log_group_rows and writes them together again.
inline constexpr std::size_t log_group_copy_rows_min = log_group_rows / 4;
/// What a page decodes at least. As the spans of a block; one of long lines closes earlier.
inline constexpr std::size_t log_block_rows = 4'096;
inline constexpr std::size_t log_block_bytes = 4 << 20;
inline constexpr std::size_t log_blocks_max = 1 << 16;
/// Keys of a group with a column of their own, and sets of keys: beyond, attributes stay JSON.
inline constexpr std::size_t log_paths_max = 1'000;
inline constexpr std::size_t log_shapes_max = 4'096;
inline constexpr std::size_t log_streams_max = 65'536;
/// Different words of a group: beyond, any word may be in it.
inline constexpr std::size_t log_words_max = 16'384;
inline constexpr std::size_t log_word_bytes_max = 64;

// Reads. -----------------------------------------------------------------------------------------

inline constexpr std::size_t log_page_lines_max = 10'000;
/// Of a page's lines; it ends early beyond.
inline constexpr std::size_t log_page_bytes_max = 32 << 20;
inline constexpr std::size_t log_conditions_max = 32;

/// Batches of few lines are put together when there are so many.
inline constexpr std::size_t log_small_batches_max = 128;

}  // namespace tomograph
