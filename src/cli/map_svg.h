#pragma once

#include <string>

#include "cli/service_map.h"

namespace tomograph::cli {

/// The map as a picture that needs no other program: callers on the left of what they call, columns
/// ordered so that few lines cross. Colours say health, dashed lines are asynchronous.
std::string map_to_svg(const ServiceMap& map);

}  // namespace tomograph::cli
