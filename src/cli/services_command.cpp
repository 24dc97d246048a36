#include "cli/services_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/figure_text.h"
#include "cli/service_map.h"
#include "cli/table.h"
#include "cli/time_input.h"
#include "cli/time_text.h"

namespace tomograph::cli {
namespace {

std::vector<const MapNode*> services_of(const ServiceMap& map) {
    std::vector<const MapNode*> services;
    for (const MapNode& node : map.nodes)
        if (node.is_active && !node.is_client) services.push_back(&node);
    std::stable_sort(services.begin(), services.end(), [](const MapNode* a, const MapNode* b) {
        return a->figures.total > b->figures.total;
    });
    return services;
}

std::string for_people(const std::vector<const MapNode*>& services, TimeRange range,
                       const Console& console) {
    const auto title = [&](Message message) { return console.say(message); };
    Table table({{title(Message::column_service), Align::left, true},
                 {title(Message::column_type), Align::left, true},
                 {title(Message::column_requests), Align::right},
                 {title(Message::column_rate), Align::right},
                 {title(Message::column_errors), Align::right},
                 {title(Message::column_faults), Align::right},
                 {title(Message::column_mean), Align::right},
                 {title(Message::column_p50), Align::right},
                 {title(Message::column_p95), Align::right},
                 {title(Message::column_p99), Align::right}});
    for (const MapNode* node : services) {
        const MapFigures& figures = node->figures;
        table.add({{node->name, Style::bold},
                   {short_type(node->type), Style::dim},
                   {std::to_string(figures.total)},
                   {per_minute_text(figures.total, range)},
                   {percent_text(figures.error_percent()), Style::error},
                   {percent_text(figures.fault_percent()), Style::fault},
                   {milliseconds_text(figures.mean_ms()), Style::dim},
                   {milliseconds_text(figures.percentile_ms(0.5))},
                   {milliseconds_text(figures.percentile_ms(0.95)), Style::bold},
                   {milliseconds_text(figures.percentile_ms(0.99))}});
    }
    return table.to_text(console.terminal);
}

Table for_programs(const std::vector<const MapNode*>& services) {
    Table table({{"service"},
                 {"type"},
                 {"requests"},
                 {"errors"},
                 {"throttles"},
                 {"faults"},
                 {"mean_ms"},
                 {"p50_ms"},
                 {"p95_ms"},
                 {"p99_ms"}});
    const auto ms = [](double value) { return fmt::format("{:.3f}", value); };
    for (const MapNode* node : services) {
        const MapFigures& figures = node->figures;
        table.add({{node->name},
                   {node->type},
                   {std::to_string(figures.total)},
                   {std::to_string(figures.error + figures.throttle)},
                   {std::to_string(figures.throttle)},
                   {std::to_string(figures.fault)},
                   {ms(figures.mean_ms())},
                   {ms(figures.percentile_ms(0.5))},
                   {ms(figures.percentile_ms(0.95))},
                   {ms(figures.percentile_ms(0.99))}});
    }
    return table;
}

std::string as_json(const std::vector<const MapNode*>& services) {
    std::string out = "[";
    for (const MapNode* node : services) out += (out.size() > 1 ? ",\n " : "\n ") + node->json;
    return out + (services.empty() ? "]\n" : "\n]\n");
}

std::string rendered(const ServicesOptions& options, const std::vector<const MapNode*>& services,
                     TimeRange range, const Console& console) {
    if (options.format == OutputFormat::json) return as_json(services);
    if (options.format == OutputFormat::csv) return for_programs(services).to_csv();
    if (!console.terminal.is_tty) return for_programs(services).to_tab_separated();
    return services.empty() ? std::string() : for_people(services, range, console);
}

}  // namespace

ExitCode run_services(const ServicesOptions& options, ApiClient& api, const Console& console) {
    const auto range = parse_time_range(options.time, console.clock.now());
    if (!range) return console.fail(range.error());
    const auto map = fetch_map(*range, api);
    if (!map) return console.fail(map.error());
    const auto services = services_of(*map);
    console.out(rendered(options, services, *range, console));
    if (!services.empty()) return ExitCode::ok;
    const Instant now = console.clock.now();
    console.hint(console.say(Message::no_graph,
                             {local_text(range->start, now), local_text(range->end, now)}));
    console.hint(console.say(Message::no_traces_hint));
    return options.exit_status ? ExitCode::nothing_matched : ExitCode::ok;
}

}  // namespace tomograph::cli
