#include "cli/map_health.h"

#include <fmt/format.h>

#include "cli/figure_text.h"

namespace tomograph::cli {

std::string figures_text(const MapFigures& figures) {
    if (figures.total == 0) return "";
    std::string text = fmt::format("{} req · p95 {}", figures.total,
                                   milliseconds_text(figures.percentile_ms(0.95)));
    if (figures.error_percent() > 0)
        text += fmt::format(" · {:.1f}% errors", figures.error_percent());
    if (figures.fault_percent() > 0)
        text += fmt::format(" · {:.1f}% faults", figures.fault_percent());
    return text;
}

MapHealth health_of(const MapFigures& figures) {
    if (figures.fault_percent() >= 1) return MapHealth::faulty;
    return figures.error_percent() >= 1 ? MapHealth::erring : MapHealth::good;
}

std::string_view colour_of(MapHealth health) {
    switch (health) {
        case MapHealth::good:
            return "#2e7d32";
        case MapHealth::erring:
            return "#b26a00";
        case MapHealth::faulty:
            return "#c62828";
    }
    return "";
}

}  // namespace tomograph::cli
