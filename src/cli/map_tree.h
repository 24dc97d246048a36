#pragma once

#include <string>
#include <vector>

#include "cli/service_map.h"

namespace tomograph::cli {

/// One line of the map drawn as a tree from its clients: a call, and the service at its end.
struct MapRow {
    std::string branch;  ///< tree drawing in front of the name
    const MapNode* node = nullptr;
    const MapFigures* figures =
        nullptr;  ///< of the call as the caller saw it; of the node behind a link
    bool is_link = false;
    bool is_repeated = false;  ///< its own calls are shown further up
};

/// Walks the map from its clients (then from whatever no client reaches). Every call is one row;
/// below a service that several call, its own calls stand once, at its first row.
std::vector<MapRow> map_rows(const ServiceMap& map, bool unicode);

}  // namespace tomograph::cli
