#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/own/own_call.h"

namespace tomograph {

/// A route of our own reads.
struct OwnRoute {
    std::string_view path;  ///< `{…}` stands for one segment of it
    std::string_view name;  ///< label `operation` of the metrics
    OwnFunction function;
    /// POST where the question has no room in a path; it changes nothing all the same.
    std::string_view method = "GET";
};

std::span<const OwnRoute> own_routes();

struct OwnMatch {
    const OwnRoute* route = nullptr;  ///< null: there is none
    std::vector<std::string> values;  ///< what stands for each `{…}`, unescaped
};
OwnMatch find_own_route(std::string_view path);

/// Whether a path is of the pattern; then `values` gets what stands for each `{…}`.
bool fits_route(std::string_view pattern, std::string_view path, std::vector<std::string>& values);

}  // namespace tomograph
