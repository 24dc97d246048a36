#pragma once

#include <string>

#include "base/result.h"

namespace tomograph::cli {

/// Standard input to its end, or so many bytes of it.
std::string read_standard_input(std::size_t bytes_max);

/// A file, or standard input for "-". errors  also limit: larger than input_bytes_max
Result<std::string> read_input(const std::string& path);

}  // namespace tomograph::cli
