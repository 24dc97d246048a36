#pragma once

#include <string_view>

namespace tomograph {

/// A path of ours and a method that it takes, as docs/openapi.yaml has it.
struct ApiRoute {
    std::string_view method;
    std::string_view path;
};

}  // namespace tomograph
