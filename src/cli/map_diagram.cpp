#include "cli/map_diagram.h"

#include <fmt/format.h>

#include "cli/map_health.h"
#include "cli/text.h"

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
            if (health_of(call.figures) != MapHealth::good)
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
        if (map.nodes[i].figures.total > 0 && health_of(map.nodes[i].figures) != MapHealth::good)
            marked += fmt::format("  style n{} stroke:{}\n", i,
                                  colour_of(health_of(map.nodes[i].figures)));
    }
    return out + marked;
}

}  // namespace tomograph::cli
