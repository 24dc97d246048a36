#include "cli/map_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/map_health.h"
#include "cli/text.h"

namespace tomograph::cli {
namespace {

constexpr int box_width = 190;
constexpr int box_height = 56;
constexpr int column_gap = 270;
constexpr int row_gap = 28;
constexpr int margin = 24;
constexpr int figures_height = 12;
constexpr std::size_t name_columns_max = 24;
constexpr int sweeps = 6;

/// Everything that XML would act on as an entity.
std::string xml_text(std::string_view text) {
    std::string out;
    for (const char c : safe_text(text)) {
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

struct Place {
    std::size_t column = 0;
    double row = 0;
    int x() const { return margin + static_cast<int>(column) * (box_width + column_gap); }
    int y() const { return margin + static_cast<int>(row * (box_height + row_gap)); }
};

/// Columns by the longest way from a node that nobody calls; rows by the mean of the neighbours'.
class Layout {
 public:
    explicit Layout(const ServiceMap& map) : map_(map), places_(map.nodes.size()) {
        choose_columns();
        for (std::size_t node = 0; node < places_.size(); ++node) {
            const std::size_t column = places_[node].column;
            if (columns_.size() <= column) columns_.resize(column + 1);
            columns_[column].push_back(node);
        }
        for (auto& column : columns_) set_rows(column);
        for (int sweep = 0; sweep < sweeps; ++sweep) order_rows(sweep % 2 == 0);
    }

    const Place& of(std::size_t node) const { return places_[node]; }
    int width() const {
        const auto columns = static_cast<int>(std::max<std::size_t>(columns_.size(), 1));
        return 2 * margin + columns * (box_width + column_gap) - column_gap;
    }
    int height() const {
        std::size_t rows = 1;
        for (const auto& column : columns_) rows = std::max(rows, column.size());
        return 2 * margin + static_cast<int>(rows) * (box_height + row_gap) - row_gap;
    }

 private:
    /// A call that leads back to a node whose callees are being looked at closes a ring: it pulls
    /// nothing to the right. Depth first with a stack of its own; each node is left once.
    void choose_columns() {
        enum class Mark { unseen, open, done };
        std::vector<Mark> marks(places_.size(), Mark::unseen);
        std::vector<std::size_t> finished;
        std::vector<std::pair<std::size_t, std::size_t>> stack;  // node, next call
        std::vector<std::vector<std::size_t>> forward(places_.size());
        for (std::size_t root = 0; root < places_.size(); ++root) {
            if (marks[root] != Mark::unseen) continue;
            stack.emplace_back(root, 0);
            marks[root] = Mark::open;
            while (!stack.empty()) {
                const std::size_t node = stack.back().first;
                const std::vector<MapCall>& calls = map_.nodes[node].calls;
                if (stack.back().second == calls.size()) {
                    marks[node] = Mark::done;
                    finished.push_back(node);
                    stack.pop_back();
                    continue;
                }
                const std::size_t target = calls[stack.back().second++].target;
                if (marks[target] == Mark::open) continue;
                forward[node].push_back(target);
                if (marks[target] == Mark::done) continue;
                marks[target] = Mark::open;
                stack.emplace_back(target, 0);
            }
        }
        for (auto node = finished.rbegin(); node != finished.rend(); ++node)
            for (const std::size_t target : forward[*node])
                places_[target].column =
                    std::max(places_[target].column, places_[*node].column + 1);
    }

    void set_rows(const std::vector<std::size_t>& column) {
        for (std::size_t row = 0; row < column.size(); ++row)
            places_[column[row]].row = static_cast<double>(row);
    }

    void order_rows(bool by_callers) {
        std::vector<double> sum(places_.size());
        std::vector<double> count(places_.size());
        for (std::size_t node = 0; node < places_.size(); ++node)
            for (const MapCall& call : map_.nodes[node].calls) {
                const std::size_t moved = by_callers ? call.target : node;
                const std::size_t still = by_callers ? node : call.target;
                sum[moved] += places_[still].row;
                ++count[moved];
            }
        const auto wanted = [&](std::size_t node) {
            return count[node] > 0 ? sum[node] / count[node] : places_[node].row;
        };
        for (auto& column : columns_) {
            std::stable_sort(column.begin(), column.end(),
                             [&](std::size_t a, std::size_t b) { return wanted(a) < wanted(b); });
            set_rows(column);
        }
    }

    const ServiceMap& map_;
    std::vector<Place> places_;
    std::vector<std::vector<std::size_t>> columns_;  ///< nodes of each, by row
};

/// nth  of the calls that lead there: their figures stand above one another
std::string call_svg(const MapCall& call, const Place& from, const Place& to, int nth) {
    const int x1 = from.x() + box_width;
    const int y1 = from.y() + box_height / 2;
    const int x2 = to.x();
    const int y2 = to.y() + box_height / 2;
    const int bend = std::max(60, (x2 - x1) / 2);
    const std::string figures = figures_text(call.figures);
    std::string out = fmt::format(
        "  <path d=\"M{} {} C{} {} {} {} {} {}\" stroke=\"{}\"{} marker-end=\"url(#arrow)\"/>\n",
        x1, y1, x1 + bend, y1, x2 - bend, y2, x2 - 8, y2,
        health_of(call.figures) == MapHealth::good ? "#90a4ae" : colour_of(health_of(call.figures)),
        call.is_link ? " stroke-dasharray=\"6 5\"" : "");
    if (figures.empty()) return out;
    // Near the end: there the lines of one caller have come apart.
    out += fmt::format("  <text class=\"call\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n",
                       x2 - 14, y2 - 6 - nth * figures_height, xml_text(figures));
    return out;
}

std::string node_svg(const MapNode& node, const Place& place) {
    const std::string colour =
        node.figures.total > 0 ? std::string(colour_of(health_of(node.figures))) : "#78909c";
    const int middle = place.x() + box_width / 2;
    std::string out = fmt::format(
        "  <g><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" "
        "stroke=\"{}\"{}/>\n",
        xml_text(node.name), place.x(), place.y(), box_width, box_height,
        node.is_client ? box_height / 2 : 8, colour,
        node.is_active || node.is_client ? "" : " stroke-dasharray=\"4 4\"");
    out += fmt::format("    <text class=\"name\" x=\"{}\" y=\"{}\">{}</text>\n", middle,
                       place.y() + 24, xml_text(fit(short_name(node), name_columns_max, "…")));
    out += fmt::format("    <text class=\"type\" x=\"{}\" y=\"{}\">{}</text></g>\n", middle,
                       place.y() + 43, xml_text(short_type(node.type)));
    return out;
}

constexpr std::string_view style =
    "  <style>\n"
    "    svg { background: #ffffff; font-family: sans-serif; }\n"
    "    rect { fill: #ffffff; stroke-width: 2.5; }\n"
    "    path { fill: none; stroke-width: 1.5; }\n"
    "    text { text-anchor: middle; fill: #263238; }\n"
    "    .name { font-size: 14px; font-weight: bold; }\n"
    "    .type { font-size: 11px; fill: #607d8b; }\n"
    "    .call { font-size: 10px; text-anchor: end; paint-order: stroke; stroke: #ffffff;\n"
    "            stroke-width: 3px; }\n"
    "  </style>\n"
    "  <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"1\" refY=\"4\" markerWidth=\"7\"\n"
    "    markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" style=\"fill:#607d8b\"/>"
    "</marker></defs>\n";

}  // namespace

std::string map_to_svg(const ServiceMap& map) {
    const Layout layout(map);
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
        "{1}\">\n",
        layout.width(), layout.height());
    out += style;
    std::vector<int> calls_to(map.nodes.size());
    for (std::size_t node = 0; node < map.nodes.size(); ++node)
        for (const MapCall& call : map.nodes[node].calls)
            out += call_svg(call, layout.of(node), layout.of(call.target), calls_to[call.target]++);
    for (std::size_t node = 0; node < map.nodes.size(); ++node)
        out += node_svg(map.nodes[node], layout.of(node));
    return out + "</svg>\n";
}

}  // namespace tomograph::cli
