#pragma once

#include <string_view>

namespace tomograph {

/// Of the program, as in CMakeLists.txt; set by the build.
inline constexpr std::string_view version = TOMOGRAPH_VERSION;

}  // namespace tomograph
