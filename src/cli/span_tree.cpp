#include "cli/span_tree.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "cli/limits.h"
#include "cli/span_reader.h"

namespace tomograph::cli {
namespace {

/// Puts the top entity of each document below the entity that its parent_id names.
void link_documents(SpanTree& tree) {
    std::unordered_map<std::string_view, std::size_t> by_id;
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) by_id.emplace(tree.nodes[i].id, i);
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
        SpanNode& node = tree.nodes[i];
        if (node.parent != no_span || node.parent_id.empty()) continue;
        const auto found = by_id.find(node.parent_id);
        if (found != by_id.end() && found->second != i) node.parent = found->second;
        node.is_orphan = node.parent == no_span;
    }
}

/// Cuts the parent link of one node of each circle. Nodes known to lead to a root are visited once.
void cut_circles(SpanTree& tree) {
    enum class Mark : char { unseen, on_path, safe };
    std::vector<Mark> marks(tree.nodes.size(), Mark::unseen);
    std::vector<std::size_t> path;
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
        std::size_t at = i;
        while (at != no_span && marks[at] == Mark::unseen) {
            marks[at] = Mark::on_path;
            path.push_back(at);
            at = tree.nodes[at].parent;
        }
        if (at != no_span && marks[at] == Mark::on_path) {
            tree.nodes[at].parent = no_span;
            tree.nodes[at].is_orphan = true;
        }
        for (const std::size_t seen : path) marks[seen] = Mark::safe;
        path.clear();
    }
}

void collect_children(SpanTree& tree) {
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
        const std::size_t parent = tree.nodes[i].parent;
        (parent == no_span ? tree.roots : tree.nodes[parent].children).push_back(i);
    }
    const auto starts_before = [&](std::size_t a, std::size_t b) {
        return tree.nodes[a].start < tree.nodes[b].start;
    };
    for (SpanNode& node : tree.nodes)
        std::stable_sort(node.children.begin(), node.children.end(), starts_before);
    std::stable_sort(tree.roots.begin(), tree.roots.end(), [&](std::size_t a, std::size_t b) {
        if (tree.nodes[a].is_orphan != tree.nodes[b].is_orphan) return tree.nodes[b].is_orphan;
        return starts_before(a, b);
    });
}

void measure_trace(SpanTree& tree) {
    if (tree.nodes.empty()) return;
    tree.start = tree.end = tree.nodes.front().start;
    std::set<std::string_view> services;
    for (const SpanNode& node : tree.nodes) {
        tree.start = std::min(tree.start, node.start);
        tree.end = std::max(tree.end, node.end);
        if (!node.is_segment || node.is_inferred) continue;
        ++tree.segments;
        services.insert(node.name);
    }
    tree.services = services.size();
    for (SpanNode& node : tree.nodes)
        if (node.flags.in_progress) node.end = tree.end;
}

Duration self_time(const SpanTree& tree, const SpanNode& node) {
    Duration covered;
    Instant until = node.start;
    for (const std::size_t child : node.children) {  // by start
        const Instant from = std::max(until, tree.nodes[child].start);
        const Instant to = std::min(node.end, tree.nodes[child].end);
        if (to <= from) continue;
        covered = covered + (to - from);
        until = to;
    }
    return (node.end - node.start) - covered;
}

/// Walks back from the end of a node: the child that ended last was waited for until it ended,
/// before it the one that had ended last when that one began, and so on; what remains is the node's
/// own work.
void walk_critical_path(SpanTree& tree, std::size_t index, Instant until, std::size_t depth) {
    SpanNode& node = tree.nodes[index];
    Instant at = std::min(until, node.end);
    std::vector<std::size_t> latest_first = node.children;
    std::stable_sort(latest_first.begin(), latest_first.end(), [&](std::size_t a, std::size_t b) {
        return tree.nodes[a].end > tree.nodes[b].end;
    });
    Duration own;
    if (depth < tree_depth_max) {
        for (const std::size_t child : latest_first) {
            const Instant child_start = std::max(node.start, tree.nodes[child].start);
            const Instant child_end = std::min(at, tree.nodes[child].end);
            if (child_end <= child_start) continue;
            own = own + (at - child_end);
            walk_critical_path(tree, child, child_end, depth + 1);
            at = child_start;
        }
    }
    node.critical = node.critical + own + (std::max(at, node.start) - node.start);
}

}  // namespace

SpanTree build_span_tree(std::span<const std::string> documents) {
    SpanTree tree;
    for (const std::string& document : documents)
        if (!read_spans(document, tree.nodes)) ++tree.documents_unreadable;
    link_documents(tree);
    cut_circles(tree);
    collect_children(tree);
    measure_trace(tree);
    for (SpanNode& node : tree.nodes) node.self = self_time(tree, node);
    if (!tree.roots.empty()) walk_critical_path(tree, tree.roots.front(), tree.end, 0);
    return tree;
}

}  // namespace tomograph::cli
