#pragma once

#include <string>

#include "base/time.h"
#include "cli/service_map.h"
#include "cli/terminal.h"

namespace tomograph::cli {

/// The map for people: the tree with health, counts, error shares, latencies.
std::string map_to_text(const ServiceMap& map, const Terminal& terminal, TimeRange range);

/// One line a call for programs: tab-separated or CSV.
std::string map_to_lines(const ServiceMap& map, bool as_csv);

}  // namespace tomograph::cli
