#pragma once

#include <string>
#include <string_view>

#include "cli/service_map.h"

namespace tomograph::cli {

/// What a picture's colour says of a node or a call; trouble begins at one percent.
enum class MapHealth { good, erring, faulty };

MapHealth health_of(const MapFigures& figures);
/// "#2e7d32": readable on white and on black.
std::string_view colour_of(MapHealth health);

/// "812 req · p95 412ms · 1.8% faults"; "" for a link, which counts nothing.
std::string figures_text(const MapFigures& figures);

}  // namespace tomograph::cli
