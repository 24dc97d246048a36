#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tomograph {

constexpr std::size_t stack_frames_max = 50;     ///< of one exception; X-Ray's SDKs send as many
constexpr std::size_t stack_exceptions_max = 8;  ///< an exception, its cause, the cause of that, …

/// Where a call stood. What a language does not say is empty, or 0.
struct StackFrame {
    std::string_view path;
    std::string_view label;
    std::uint32_t line = 0;
};

/// An exception as a stack trace tells of it.
struct ThrownException {
    std::string_view type;           ///< "" where it does not say
    std::string_view message;        ///< its first line
    std::vector<StackFrame> frames;  ///< where it was thrown first, stack_frames_max at most
    std::size_t frames_left_out = 0;
};

/// Reads the text that SDKs send as `exception.stacktrace`: what was thrown, and after it what
/// caused it, and so on.
///
/// Read by its shape, as the language stands elsewhere or nowhere: Java and Kotlin (PHP writes the
/// same), JavaScript, .NET, Python, Go. Of other texts nothing is read, and lines that are no frame
/// are passed over, suppressed exceptions among them.
///
/// text     borrowed: the answer has views into it
/// returns  at least one exception, which may have no frames
/// cost     O(text)
std::vector<ThrownException> read_stack_trace(std::string_view text);

}  // namespace tomograph
