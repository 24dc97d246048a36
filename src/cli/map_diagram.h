#pragma once

#include <string>

#include "cli/service_map.h"

namespace tomograph::cli {

/// The map for Graphviz: `tomo map -o dot | dot -Tsvg > map.svg`.
std::string map_to_dot(const ServiceMap& map);

/// The map for Markdown: GitHub, GitLab and most wikis draw Mermaid.
std::string map_to_mermaid(const ServiceMap& map);

}  // namespace tomograph::cli
