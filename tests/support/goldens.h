#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace tomograph {

/// All of a file beside the tests; a file that is not there fails the test.
inline std::string read_golden(const std::filesystem::path& path) {
    const std::ifstream file(path, std::ios::binary);
    REQUIRE_MESSAGE(file.is_open(), "no file " << path.string());
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// text is what the file says. TOMOGRAPH_GOLDENS=write writes the file first: read the difference
/// before you commit it.
inline void check_golden(const std::filesystem::path& path, std::string_view text) {
    const char* mode = std::getenv("TOMOGRAPH_GOLDENS");
    if (mode != nullptr && std::string_view(mode) == "write")
        std::ofstream(path, std::ios::binary) << text;
    CHECK(text == read_golden(path));
}

}  // namespace tomograph
