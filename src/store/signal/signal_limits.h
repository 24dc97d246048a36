#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace tomograph {

// Of a signal beside traces (docs/formats/signal.md).

/// A signal's log is small: what is open is at most signal_open_bytes_max, and is in parts soon.
inline constexpr std::uint64_t signal_wal_segment_bytes = 16 << 20;
inline constexpr std::uint64_t signal_wal_first_segment_bytes = 1 << 20;
inline constexpr std::uint64_t signal_wal_queue_bytes_max = 32 << 20;

/// What is in no part yet, in memory: written to parts from `flush_bytes` on or after `flush_age`,
/// whichever is first. Above `open_bytes_max` appends are refused.
inline constexpr std::uint64_t signal_flush_bytes = 24 << 20;
inline constexpr std::uint64_t signal_open_bytes_max = 128 << 20;
/// A server that gets a line a minute makes 96 parts a day, which merges join.
inline constexpr Duration signal_flush_age = Duration::minutes(15);

inline constexpr std::size_t signal_merge_fan_in = 8;
inline constexpr std::uint32_t signal_merge_level_max = 9;
/// A part larger than this is not merged any more.
inline constexpr std::uint64_t signal_merge_bytes_max = 256 << 20;
/// A flush may bring rows of several days: one part for each, the rest goes to the nearest.
inline constexpr Duration signal_past_max = Duration::days(14);
inline constexpr Duration signal_future_max = Duration::days(1);

}  // namespace tomograph
