#include "cli/map_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/figure_text.h"
#include "cli/map_tree.h"
#include "cli/messages.h"
#include "cli/table.h"
#include "cli/text.h"
#include "cli/time_text.h"

namespace tomograph::cli {
namespace {

/// Ten cells: how much went well. Any trouble takes at least one, the worst first.
constexpr std::size_t health_cells = 10;

struct Health {
    std::size_t ok = 0, error = 0, throttle = 0, fault = 0;
};

Health health_of(const MapFigures& figures) {
    if (figures.total <= 0) return {};
    const auto cells = [&](std::int64_t part) {
        const double share = static_cast<double>(part) / static_cast<double>(figures.total);
        const auto rounded = static_cast<std::size_t>(std::lround(share * health_cells));
        return std::clamp<std::size_t>(rounded, part > 0 ? 1 : 0, health_cells);
    };
    std::size_t trouble = cells(figures.fault + figures.throttle + figures.error);
    Health health{.ok = health_cells - trouble};
    health.fault = std::min(trouble, cells(figures.fault));
    trouble -= health.fault;
    health.throttle = std::min(trouble, cells(figures.throttle));
    trouble -= health.throttle;
    health.error = std::min(trouble, cells(figures.error));
    health.ok += trouble - health.error;  // what rounding left over
    return health;
}

std::string health_bar(const Terminal& terminal, const MapFigures& figures) {
    const Health health = health_of(figures);
    const bool u = terminal.unicode;
    // Shapes differ too, so that the bar reads without colour.
    std::string bar = paint(terminal, Style::ok, repeat(u ? "█" : "=", health.ok));
    bar += paint(terminal, Style::error, repeat(u ? "▒" : "!", health.error));
    bar += paint(terminal, Style::throttle, repeat(u ? "░" : "~", health.throttle));
    bar += paint(terminal, Style::fault, repeat(u ? "✗" : "x", health.fault));
    const std::size_t used = health.ok + health.error + health.throttle + health.fault;
    return bar + std::string(health_cells - used, ' ');
}

/// Latencies as a sparkline: eight classes, each 2.8 times as long as the one before: 1 ms to 1.4 s
/// and above.
std::string sparkline(const Terminal& terminal, const MapFigures& figures) {
    constexpr std::size_t classes = 8;
    constexpr std::array<std::string_view, 9> blocks = {" ", "▁", "▂", "▃", "▄",
                                                        "▅", "▆", "▇", "█"};
    constexpr std::string_view marks = " .:-=+*#@";
    std::array<std::int64_t, classes> counts{};
    for (const auto& bar : figures.latencies) {
        const double octave = std::log2(std::max(1.0, bar.seconds * 1000)) * 2 / 3;
        counts[std::min<std::size_t>(static_cast<std::size_t>(octave), classes - 1)] += bar.count;
    }
    const std::int64_t highest = *std::max_element(counts.begin(), counts.end());
    std::string line;
    for (const std::int64_t n : counts) {
        const auto level = n == 0 ? 0 : 1 + static_cast<std::size_t>(7 * n / highest);
        if (terminal.unicode)
            line += blocks[level];
        else
            line += marks[level];
    }
    return line;
}

struct Layout {
    std::size_t name = 0;
    std::size_t type = 0;
    bool has_sparkline = false;
};

constexpr std::size_t figures_width = 8 + 1 + 7 + 2 + health_cells + 2 + 6 + 1 + 6 + 2 + 8 + 1 + 8;
constexpr std::size_t sparkline_width = 10;

std::string row_name(const MapRow& row, const Terminal& terminal) {
    if (row.node->is_client) return say(terminal.language, Message::map_clients);
    return safe_text(short_name(*row.node));
}

std::string row_type(const MapRow& row) {
    return row.node->is_client ? std::string() : safe_text(short_type(row.node->type));
}

Layout layout_for(const std::vector<MapRow>& rows, const Terminal& terminal) {
    Layout layout;
    for (const MapRow& row : rows) {
        layout.name = std::max(layout.name, display_width(row.branch) +
                                                display_width(row_name(row, terminal)) +
                                                (row.is_repeated ? 2 : 0));
        layout.type = std::max(layout.type, display_width(row_type(row)));
    }
    const std::size_t room = terminal.columns - std::min(terminal.columns, figures_width + 2);
    layout.has_sparkline =
        terminal.columns >= layout.name + layout.type + 3 + figures_width + sparkline_width;
    layout.type = std::min(layout.type, room > 40 ? std::size_t{16} : std::size_t{0});
    const std::size_t name_room = room - (layout.type == 0 ? 0 : layout.type + 2);
    layout.name = std::clamp<std::size_t>(layout.name, 12, std::max<std::size_t>(name_room, 16));
    return layout;
}

std::string figures_text(const MapFigures& figures, const Terminal& terminal, TimeRange range) {
    if (figures.total == 0) return "";
    const auto cell = [&](Style style, const std::string& text, std::size_t width) {
        return paint(terminal, style, pad_left(text, width));
    };
    std::string out = cell(Style::plain, std::to_string(figures.total), 8) + " ";
    out += cell(Style::dim, per_minute_text(figures.total, range), 7) + "  ";
    out += health_bar(terminal, figures) + "  ";
    const bool is_throttled = figures.throttle > figures.error;
    out += cell(is_throttled ? Style::throttle : Style::error,
                percent_text(figures.error_percent()), 6) +
           " ";
    out += cell(Style::fault, percent_text(figures.fault_percent()), 6) + "  ";
    out += cell(Style::plain, milliseconds_text(figures.mean_ms()), 8) + " ";
    return out + cell(Style::bold, milliseconds_text(figures.percentile_ms(0.95)), 8);
}

Style name_style(const MapRow& row) {
    if (row.node->is_client) return Style::dim;
    if (row.figures->fault_percent() >= 1) return Style::fault;
    return row.node->is_active ? Style::bold : Style::plain;
}

std::string row_text(const MapRow& row, const Layout& layout, const Terminal& terminal,
                     TimeRange range) {
    const std::size_t branch_width = std::min(display_width(row.branch), layout.name);
    const std::string mark = row.is_repeated ? (terminal.unicode ? " ↑" : " ^") : "";
    const std::size_t room = layout.name - branch_width - display_width(mark);
    const std::string name = fit(row_name(row, terminal), room, terminal.ellipsis());
    std::string out = paint(terminal, Style::dim, fit(row.branch, branch_width, "")) +
                      paint(terminal, name_style(row), name) + paint(terminal, Style::dim, mark);
    out += std::string(layout.name - std::min(layout.name, branch_width + display_width(name) +
                                                               display_width(mark)),
                       ' ');
    if (layout.type > 0) {
        const std::string type = fit(row_type(row), layout.type, terminal.ellipsis());
        out += "  " + paint(terminal, Style::dim, pad_right(type, layout.type));
    }
    if (!row.node->is_client) {
        out += " " + figures_text(*row.figures, terminal, range);
        if (layout.has_sparkline && !row.figures->latencies.empty())
            out += "  " + paint(terminal, Style::accent, sparkline(terminal, *row.figures));
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out + "\n";
}

std::string heading(const Layout& layout, const Terminal& terminal) {
    const auto title = [&](Message message) { return say(terminal.language, message); };
    std::string out = pad_right(title(Message::column_service), layout.name);
    if (layout.type > 0) out += "  " + std::string(layout.type, ' ');
    out += " " + pad_left(title(Message::column_requests), 8) + " " +
           pad_left(title(Message::column_rate), 7);
    out += "  " + pad_right(title(Message::column_health), health_cells);
    out += "  " + pad_left(title(Message::column_errors), 6) + " " +
           pad_left(title(Message::column_faults), 6);
    out += "  " + pad_left(title(Message::column_mean), 8) + " " +
           pad_left(title(Message::column_p95), 8);
    if (layout.has_sparkline) out += terminal.unicode ? "  1ms…1s" : "  1ms..1s";
    return paint(terminal, Style::bold, out) + "\n";
}

}  // namespace

std::string map_to_text(const ServiceMap& map, const Terminal& terminal, TimeRange range) {
    const std::vector<MapRow> rows = map_rows(map, terminal.unicode);
    const Layout layout = layout_for(rows, terminal);
    std::string out = heading(layout, terminal);
    for (const MapRow& row : rows) out += row_text(row, layout, terminal, range);
    return out;
}

std::string map_to_lines(const ServiceMap& map, bool as_csv) {
    Table table({{"source"},
                 {"source_type"},
                 {"target"},
                 {"target_type"},
                 {"kind"},
                 {"requests"},
                 {"ok"},
                 {"error"},
                 {"throttle"},
                 {"fault"},
                 {"mean_ms"},
                 {"p95_ms"}});
    for (const MapNode& node : map.nodes) {
        for (const MapCall& call : node.calls) {
            const MapNode& target = map.nodes[call.target];
            const MapFigures& f = call.figures;
            table.add({{node.name},
                       {node.type},
                       {target.name},
                       {target.type},
                       {call.is_link ? "link" : "call"},
                       {std::to_string(f.total)},
                       {std::to_string(f.ok)},
                       {std::to_string(f.error)},
                       {std::to_string(f.throttle)},
                       {std::to_string(f.fault)},
                       {fmt::format("{:.3f}", f.mean_ms())},
                       {fmt::format("{:.3f}", f.percentile_ms(0.95))}});
        }
    }
    return as_csv ? table.to_csv() : table.to_tab_separated();
}

}  // namespace tomograph::cli
