#include "cli/map_diagram.h"

#include <fmt/format.h>

#include "base/time.h"
#include "cli/text.h"
#include "cli/time_text.h"

namespace tomograph::cli {
namespace {

/// Inside double quotes of DOT: quotes and backslashes escaped; names hold no line breaks after
/// safe_text.
std::string dot_text(std::string_view text) {
    std::string out;
    for (const char c : safe_text(text)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

/// Inside double quotes of Mermaid: everything that its Markdown or HTML would act on as an entity
/// code.
std::string mermaid_text(std::string_view text) {
    std::string out;
    for (const char c : safe_text(text)) {
        if (std::string_view("\"<>&#;`*_[](){}|\\").find(c) != std::string_view::npos)
            out += fmt::format("#{};", static_cast<int>(c));
        else
            out += c;
    }
    return out;
}

std::string milliseconds(double ms) {
    return duration_text(Duration::nanoseconds(static_cast<std::int64_t>(ms * 1e6)));
}

/// "812 req · p95 412ms · 1.8% faults"; "" for a link, which counts nothing.
std::string figures_text(const MapFigures& figures) {
    if (figures.total == 0) return "";
    std::string text =
        fmt::format("{} req · p95 {}", figures.total, milliseconds(figures.percentile_ms(0.95)));
    if (figures.error_percent() > 0)
        text += fmt::format(" · {:.1f}% errors", figures.error_percent());
    if (figures.fault_percent() > 0)
        text += fmt::format(" · {:.1f}% faults", figures.fault_percent());
    return text;
}

enum class Health { good, erring, faulty };

Health health_of(const MapFigures& figures) {
    if (figures.fault_percent() >= 1) return Health::faulty;
    return figures.error_percent() >= 1 ? Health::erring : Health::good;
}

std::string_view colour_of(Health health) {
    switch (health) {
        case Health::good:
            return "#2e7d32";
        case Health::erring:
            return "#b26a00";
        case Health::faulty:
            return "#c62828";
    }
    return "";
}

}  // namespace

std::string map_to_dot(const ServiceMap& map) {
    std::string out =
        "digraph services {\n  rankdir=LR;\n  node [shape=box, style=rounded, "
        "fontname=\"sans-serif\"];\n"
        "  edge [fontname=\"sans-serif\", fontsize=10];\n";
    for (std::size_t i = 0; i < map.nodes.size(); ++i) {
        const MapNode& node = map.nodes[i];
        const std::string type = node.type.empty() ? "" : "\\n" + dot_text(short_type(node.type));
        out += fmt::format("  n{} [label=\"{}{}\"", i, dot_text(node.name), type);
        if (node.is_client) out += ", shape=circle";
        if (node.figures.total > 0)
            out += fmt::format(", color=\"{}\"", colour_of(health_of(node.figures)));
        out += "];\n";
    }
    for (std::size_t i = 0; i < map.nodes.size(); ++i) {
        for (const MapCall& call : map.nodes[i].calls) {
            out += fmt::format("  n{} -> n{} [label=\"{}\"", i, call.target,
                               figures_text(call.figures));
            if (call.is_link) out += ", style=dashed";
            if (health_of(call.figures) != Health::good)
                out += fmt::format(", color=\"{}\"", colour_of(health_of(call.figures)));
            out += "];\n";
        }
    }
    return out + "}\n";
}

std::string map_to_mermaid(const ServiceMap& map) {
    std::string out = "flowchart LR\n";
    for (std::size_t i = 0; i < map.nodes.size(); ++i) {
        const MapNode& node = map.nodes[i];
        const std::string type =
            node.type.empty() ? "" : "<br/>" + mermaid_text(short_type(node.type));
        const std::string_view open = node.is_client ? "((" : "(";
        const std::string_view close = node.is_client ? "))" : ")";
        out += fmt::format("  n{}{}\"{}{}\"{}\n", i, open, mermaid_text(node.name), type, close);
    }
    std::string marked;
    for (std::size_t i = 0; i < map.nodes.size(); ++i) {
        for (const MapCall& call : map.nodes[i].calls) {
            const std::string text = figures_text(call.figures);
            const std::string label = text.empty() ? "" : fmt::format("|\"{}\"|", text);
            out += fmt::format("  n{} {}{} n{}\n", i, call.is_link ? "-.->" : "-->", label,
                               call.target);
        }
        if (map.nodes[i].figures.total > 0 && health_of(map.nodes[i].figures) != Health::good)
            marked += fmt::format("  style n{} stroke:{}\n", i,
                                  colour_of(health_of(map.nodes[i].figures)));
    }
    return out + marked;
}

}  // namespace tomograph::cli
