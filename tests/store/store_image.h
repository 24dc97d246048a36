#pragma once

#include <doctest/doctest.h>
#include <string>
#include <utility>
#include <vector>

#include "base/file_system.h"

namespace tomograph::testing {

/// Every file below a directory: path below it, bytes.
using StoreImage = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::uint64_t image_file_bytes_max = 4 << 20;

namespace detail {
inline void read_image(FileSystem& files, const std::string& directory, const std::string& below,
                       StoreImage& image) {
    const auto names = files.list(directory);
    REQUIRE_MESSAGE(names, directory);
    for (const std::string& name : *names) {
        const std::string path = directory + "/" + name;
        auto bytes = read_file(files, path, image_file_bytes_max);
        if (bytes)
            image.emplace_back(below + name, std::move(*bytes));
        else
            read_image(files, path, below + name + "/", image);
    }
}
}  // namespace detail

inline StoreImage read_image(FileSystem& files, const std::string& directory) {
    StoreImage image;
    detail::read_image(files, directory, "", image);
    return image;
}

inline void write_image(FileSystem& files, const std::string& directory, const StoreImage& image) {
    for (const auto& [name, bytes] : image) {
        const std::string path = directory + "/" + name;
        REQUIRE(files.make_directories(path.substr(0, path.rfind('/'))));
        const auto written = replace_file(files, path, bytes);
        REQUIRE_MESSAGE(written, path);
    }
}

}  // namespace tomograph::testing
