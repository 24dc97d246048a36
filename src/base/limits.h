#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace tomograph {

/// The same log message this often within the window is printed; the rest is counted. Ten lines
/// show an operator the pattern; a failing disk could otherwise fill the disk with complaints about
/// itself.
inline constexpr std::size_t log_repeat_max = 10;
inline constexpr Duration log_repeat_window = Duration::seconds(10);

/// Messages are constants of the program, a few hundred; beyond this many at once, new ones are not
/// held back.
inline constexpr std::size_t log_messages_max = 1024;

/// A field's value is cut here: a line must stay readable, and below what log collectors cut (16
/// KiB).
inline constexpr std::size_t log_value_bytes_max = 2048;

/// Zeroes written at once when a file's blocks are reserved: large enough for full disk bandwidth.
inline constexpr std::size_t zero_chunk_bytes = 1 << 20;

/// A larger read asks for the file's size first, so that a damaged length field cannot make us
/// allocate more than the file holds.
inline constexpr std::size_t unchecked_read_bytes_max = 64 << 10;

/// A file of the simulated file system: it lives in memory, and a damaged offset must not fill
/// that.
inline constexpr std::uint64_t fault_file_bytes_max = std::uint64_t{1} << 32;

}  // namespace tomograph
