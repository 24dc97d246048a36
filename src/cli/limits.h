#pragma once

#include <cstddef>

#include "base/time.h"

namespace tomograph::cli {

/// A server's answer larger than this is refused: more than people read, and we hold it in memory.
inline constexpr std::size_t answer_bytes_max = std::size_t{256} << 20;
inline constexpr Duration connect_timeout = Duration::seconds(5);
inline constexpr Duration answer_timeout = Duration::seconds(60);

/// Pages read of one listing; a server that always gives one more token must not hold us for ever.
inline constexpr std::size_t pages_max = 1'000;

/// Text read from standard input to find a trace id in.
inline constexpr std::size_t input_bytes_max = std::size_t{16} << 20;

/// Deeper levels of a trace are shown at this depth; real ones have some twenty.
inline constexpr std::size_t tree_depth_max = 200;

/// Terminal widths that we lay out for.
inline constexpr std::size_t columns_min = 60;
inline constexpr std::size_t columns_max = 400;
inline constexpr std::size_t columns_default = 100;

/// A run of at least this many equal calls becomes one row of a waterfall.
inline constexpr std::size_t fold_calls_min = 3;

/// Documents of one segment sent by `tomo send`; annotations given on its command line.
inline constexpr std::size_t send_annotations_max = 50;

}  // namespace tomograph::cli
