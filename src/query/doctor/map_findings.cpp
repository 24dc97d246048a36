#include "query/doctor/map_findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/doctor/similar_name.h"
#include "query/limits.h"
#include "trace/graph_of_trace.h"

namespace tomograph {
namespace {

constexpr std::size_t names_told_max = 5;

bool is_client(const ServiceKey& service) { return service.type == client_type; }

std::string described(const ServiceKey& key) {
    std::string text = key.type.empty() ? "without type" : key.type;
    if (!key.account_id.empty()) text += " of account " + key.account_id;
    return text;
}

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& each : names) out += (out.empty() ? "\"" : ", \"") + each + "\"";
    return out;
}

/// Names of nodes that probably mean the same, each once.
std::vector<std::string> similar_names(const GraphSums& graph, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& [key, sum] : graph.nodes) {
        if (is_client(key) || !is_similar_name(key.name, name)) continue;
        if (names.empty() || names.back() != key.name) names.push_back(key.name);
        if (names.size() == names_told_max) break;
    }
    return names;
}

/// Edges whose target is called `name` by its caller, and otherwise by itself.
std::vector<EdgeKey> edges_called(const GraphSums& graph, const std::string& name) {
    std::vector<EdgeKey> edges;
    for (const auto& [key, sum] : graph.edges)
        if (sum.aliases.contains(name) && edges.size() < names_told_max) edges.push_back(key);
    return edges;
}

void add_alias(const EdgeKey& edge, const std::string& called_as, FindingList& findings) {
    findings.add(FindingKind::wrong_name, called_as + "\n" + edge.target.name,
                 fmt::format("\"{}\" calls it \"{}\", it calls itself \"{}\"", edge.source.name,
                             called_as, edge.target.name));
}

bool is_inferred(const GraphCell& cell) { return cell.presence == cell.inferred; }

void explain_missing_node(const std::string& name, const GraphSums& graph, const GraphSums& earlier,
                          FindingList& findings) {
    const auto similar = similar_names(graph, name);
    std::size_t nodes = 0;
    for (const auto& [key, sum] : graph.nodes) nodes += is_client(key) ? 0 : 1;
    findings.add(FindingKind::node_missing, name,
                 fmt::format("no node \"{}\" among {} of that time{}", name, nodes,
                             similar.empty() ? "" : "; similar: " + joined(similar)));
    for (const EdgeKey& edge : edges_called(graph, name)) add_alias(edge, name, findings);
    for (const ServiceKey& key : nodes_named(earlier, name)) {
        const Instant last = earlier.nodes.at(key).cell.last_end;
        findings.add(FindingKind::seen_earlier, name,
                     fmt::format("\"{}\" was last seen at epoch second {}", name, last.second()));
    }
}

/// A node that nobody sent, and one that was sent under nearly the same name.
void add_double(const std::string& name, bool inferred, const GraphSums& graph,
                FindingList& findings) {
    for (const auto& [key, sum] : graph.nodes) {
        if (is_client(key) || is_inferred(sum.cell) == inferred) continue;
        if (!is_similar_name(key.name, name)) continue;
        const std::string& called = inferred ? name : key.name;
        const std::string& sent = inferred ? key.name : name;
        findings.add(FindingKind::wrong_name, called + "\n" + sent,
                     fmt::format("callers name \"{}\", which sends nothing, and \"{}\" sends "
                                 "segments: they look like one service",
                                 called, sent));
    }
}

void examine_present(const std::string& name, const std::vector<ServiceKey>& keys,
                     const GraphSums& graph, FindingList& findings) {
    bool inferred = true;
    bool has_ended = false;
    for (const ServiceKey& key : keys) {
        const GraphCell& cell = graph.nodes.at(key).cell;
        inferred = inferred && is_inferred(cell);
        has_ended = has_ended || cell.statistics.total() > 0;
    }
    if (keys.size() > 1) {
        std::string types;
        for (const ServiceKey& key : keys)
            types += fmt::format("{}{} ({})", types.empty() ? "" : ", ", described(key),
                                 graph.nodes.at(key).cell.presence);
        findings.add(FindingKind::split_node, name,
                     fmt::format("\"{}\" is {} nodes: {}", name, keys.size(), types));
    }
    if (inferred)
        findings.add(
            FindingKind::only_inferred, name,
            fmt::format("\"{}\" sent no segment: it is drawn as its callers saw it", name));
    if (!has_ended)
        findings.add(FindingKind::only_open, name,
                     fmt::format("everything of \"{}\" is in progress", name));
    for (const auto& [edge, sum] : graph.edges) {
        if (edge.target.name != name || is_client(edge.source)) continue;
        for (const std::string& alias : sum.aliases) add_alias(edge, alias, findings);
    }
    add_double(name, inferred, graph, findings);
    if (!inferred || graph.nodes.size() <= graph_nodes_max) return;
    GraphSums folded = graph;
    fold_remote_nodes(folded, graph_nodes_max);
    if (nodes_named(folded, name).empty())
        findings.add(
            FindingKind::folded, name,
            fmt::format("the graph has {} nodes, and draws {}: \"{}\" is part of \"other\"",
                        graph.nodes.size(), graph_nodes_max, name));
}

void examine_edge(const MapQuestion& question, const GraphSums& graph, FindingList& findings) {
    for (const auto& [edge, sum] : graph.edges)
        if (edge.source.name == question.name && edge.target.name == question.callee &&
            !is_client(edge.source))
            return;
    Finding& missing =
        findings.add(FindingKind::edge_missing, question.name + "\n" + question.callee,
                     fmt::format("no call from \"{}\" to \"{}\"", question.name, question.callee));
    for (const auto& [edge, sum] : graph.edges) {
        if (edge.source.name == question.callee && edge.target.name == question.name)
            missing.sentence += "; the other way round there are";
        if (edge.source.name != question.name || is_client(edge.source)) continue;
        if (sum.aliases.contains(question.callee)) add_alias(edge, question.callee, findings);
        if (is_similar_name(edge.target.name, question.callee))
            findings.add(FindingKind::wrong_name, edge.target.name + "\n" + question.callee,
                         fmt::format("\"{}\" calls \"{}\", which looks like \"{}\"", question.name,
                                     edge.target.name, question.callee));
    }
}

}  // namespace

std::vector<ServiceKey> nodes_named(const GraphSums& graph, const std::string& name) {
    std::vector<ServiceKey> keys;
    const ServiceKey first{.name = name, .type = {}, .account_id = {}};
    for (auto at = graph.nodes.lower_bound(first);
         at != graph.nodes.end() && at->first.name == name; ++at)
        if (!is_client(at->first)) keys.push_back(at->first);
    return keys;
}

std::string name_in_graph(const GraphSums& graph, const std::string& name) {
    if (!nodes_named(graph, name).empty()) return name;
    const auto called = edges_called(graph, name);
    if (!called.empty()) return called.front().target.name;
    const auto similar = similar_names(graph, name);
    return similar.empty() ? std::string() : similar.front();
}

void examine_node(const MapQuestion& question, const GraphSums& graph, const GraphSums& earlier,
                  FindingList& findings) {
    const auto keys = nodes_named(graph, question.name);
    if (keys.empty())
        explain_missing_node(question.name, graph, earlier, findings);
    else
        examine_present(question.name, keys, graph, findings);
    if (question.callee.empty()) return;
    examine_edge(question, graph, findings);
    if (nodes_named(graph, question.callee).empty())
        explain_missing_node(question.callee, graph, earlier, findings);
}

void examine_service_in(const TraceUnderExamination& subject, const std::string& service,
                        FindingList& findings) {
    for (Finding& found : examine_trace(subject)) {
        const bool is_of_service =
            std::any_of(found.spans.begin(), found.spans.end(), [&](const ProvingSpan& span) {
                return span.service == service || span.name == service;
            });
        if (!is_of_service) continue;
        // A parent's id is of one trace; here the trouble counts, whoever the parent is.
        if (found.kind == FindingKind::orphan)
            findings.add(std::move(found), "",
                         fmt::format("spans of \"{}\" name parents that are not here", service));
        else {
            const std::string key = found.key;
            const std::string sentence = found.sentence;
            findings.add(std::move(found), key, sentence);
        }
    }
}

}  // namespace tomograph
