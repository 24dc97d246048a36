#pragma once

namespace tomograph {

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace tomograph

/// A claim about our own code, checked in release builds too: a false one ends the process with its
/// place.
#define ASSERT(expression)         \
    (static_cast<bool>(expression) \
         ? static_cast<void>(0)    \
         : ::tomograph::assertion_failed(#expression, __FILE__, __LINE__))
