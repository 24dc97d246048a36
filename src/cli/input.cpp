#include "cli/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/file_system.h"
#include "cli/limits.h"

namespace tomograph::cli {

std::string read_standard_input(std::size_t bytes_max) {
    std::string text;
    char buffer[4096];
    while (text.size() < bytes_max) {
        const std::size_t size =
            std::fread(buffer, 1, std::min(sizeof buffer, bytes_max - text.size()), stdin);
        if (size == 0) break;
        text.append(buffer, size);
    }
    return text;
}

Result<std::string> read_input(const std::string& path) {
    if (path != "-") {
        const auto files = make_real_file_system();
        return read_file(*files, path, input_bytes_max);
    }
    std::string text = read_standard_input(input_bytes_max + 1);
    if (text.size() > input_bytes_max)
        return Error(ErrorCode::limit,
                     fmt::format("standard input has more than {} bytes", input_bytes_max));
    return text;
}

}  // namespace tomograph::cli
