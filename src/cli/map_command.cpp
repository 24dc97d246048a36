#include "cli/map_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/live_screen.h"
#include "cli/map_diagram.h"
#include "cli/map_svg.h"
#include "cli/map_text.h"
#include "cli/service_map.h"
#include "cli/time_input.h"
#include "cli/time_text.h"

namespace tomograph::cli {
namespace {

constexpr Duration watch_pause = Duration::seconds(2);

std::string as_json(const ServiceMap& map, bool as_lines) {
    std::string out = as_lines ? "" : "[";
    for (const MapNode& node : map.nodes) {
        if (as_lines)
            out += node.json + "\n";
        else
            out += (out.size() > 1 ? ",\n " : "\n ") + node.json;
    }
    return as_lines ? out : out + (map.nodes.empty() ? "]\n" : "\n]\n");
}

/// One line above the map: what it shows.
std::string title(const ServiceMap& map, TimeRange range, const Console& console) {
    std::int64_t requests = 0;
    std::size_t services = 0;
    for (const MapNode& node : map.nodes) {
        if (node.is_active) ++services;
        if (!node.is_client) continue;
        for (const MapCall& call : node.calls) requests += call.figures.total;
    }
    const Instant now = console.clock.now();
    const std::string line =
        fmt::format("{}   {} - {}   {}   {}\n",
                    paint(console.terminal, Style::bold, console.say(Message::map_title)),
                    local_text(range.start, now), local_text(range.end, now),
                    console.say(services == 1 ? Message::count_service : Message::count_services,
                                {std::to_string(services)}),
                    console.say(requests == 1 ? Message::count_request : Message::count_requests,
                                {std::to_string(requests)}));
    return line;
}

std::string rendered(const MapOptions& options, const ServiceMap& map, TimeRange range,
                     const Console& console) {
    switch (options.format) {
        case OutputFormat::json:
            return as_json(map, false);
        case OutputFormat::ndjson:
            return as_json(map, true);
        case OutputFormat::csv:
            return map_to_lines(map, true);
        case OutputFormat::dot:
            return map_to_dot(map);
        case OutputFormat::mermaid:
            return map_to_mermaid(map);
        case OutputFormat::svg:
            return map_to_svg(map);
        default:
            break;
    }
    if (!console.terminal.is_tty) return map_to_lines(map, false);
    if (map.nodes.empty()) return "";
    return title(map, range, console) + map_to_text(map, console.terminal, range);
}

ExitCode watch(const MapOptions& options, ApiClient& api, const Console& console) {
    const auto draw = [&](const Console& on_screen) -> Result<std::string> {
        const TimeRange range = TRY(parse_time_range(options.time, console.clock.now()));
        const ServiceMap map = TRY(fetch_map(range, api));
        return rendered(options, map, range, on_screen);
    };
    if (!console.terminal.is_tty)
        return console.fail(ExitCode::usage,
                            "--watch draws on a terminal, and standard output is none",
                            console.say(Message::see_help, {"map"}));
    return draw_live(console, watch_pause, draw);
}

}  // namespace

ExitCode run_map(const MapOptions& options, ApiClient& api, const Console& console) {
    if (options.is_watching) return watch(options, api, console);
    const auto range = parse_time_range(options.time, console.clock.now());
    if (!range) return console.fail(range.error());
    const auto map = fetch_map(*range, api);
    if (!map) return console.fail(map.error());
    console.out(rendered(options, *map, *range, console));
    if (map->nodes.empty()) {
        const Instant now = console.clock.now();
        console.hint(console.say(Message::no_graph,
                                 {local_text(range->start, now), local_text(range->end, now)}));
        console.hint(console.say(Message::no_traces_hint));
        return options.exit_status ? ExitCode::nothing_matched : ExitCode::ok;
    }
    if (options.format == OutputFormat::table && console.terminal.is_tty)
        console.hint(console.say(Message::map_watch_hint));
    return ExitCode::ok;
}

}  // namespace tomograph::cli
