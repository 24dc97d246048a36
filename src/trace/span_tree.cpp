#include "trace/span_tree.h"

#include <algorithm>
#include <tuple>

namespace tomograph {
namespace {

struct Row {
    const Span* span = nullptr;
    std::uint32_t document = 0;
    std::uint32_t index = 0;   // in the order of documents and their rows
    std::uint32_t winner = 0;  // index of the row that won the id
    std::int32_t node = -1;    // winners only
};

/// Rows of every document one after the other.
struct Rows {
    std::vector<Row> all;
    std::vector<std::uint32_t> first;  // of each document
    std::vector<std::uint32_t> by_id;  // winners with an id, ascending by it
};

Rows collect_rows(const std::vector<TraceDocument>& documents) {
    Rows rows;
    std::size_t count = 0;
    for (const TraceDocument& document : documents) count += document.segment.spans.size();
    rows.all.reserve(count);
    rows.first.reserve(documents.size());
    for (std::uint32_t d = 0; d < documents.size(); ++d) {
        rows.first.push_back(static_cast<std::uint32_t>(rows.all.size()));
        for (const Span& span : documents[d].segment.spans) {
            const auto index = static_cast<std::uint32_t>(rows.all.size());
            rows.all.push_back({.span = &span, .document = d, .index = index, .winner = index});
        }
    }
    return rows;
}

void choose_winners(Rows& rows) {
    rows.by_id.reserve(rows.all.size());
    for (const Row& row : rows.all)
        if (!row.span->id.is_none()) rows.by_id.push_back(row.index);
    const auto version_order = [&](std::uint32_t index) {
        const Row& row = rows.all[index];
        const bool is_embedded = index != rows.first[row.document];
        return std::tuple(row.span->id.value, row.span->in_progress, is_embedded, index);
    };
    std::sort(rows.by_id.begin(), rows.by_id.end(), [&](std::uint32_t a, std::uint32_t b) {
        return version_order(a) < version_order(b);
    });
    std::size_t kept = 0;
    for (const std::uint32_t index : rows.by_id) {
        if (kept > 0 && rows.all[rows.by_id[kept - 1]].span->id == rows.all[index].span->id)
            rows.all[index].winner = rows.by_id[kept - 1];
        else
            rows.by_id[kept++] = index;
    }
    rows.by_id.resize(kept);
}

std::vector<SpanNode> number_nodes(Rows& rows) {
    std::vector<std::uint32_t> order;
    order.reserve(rows.all.size());
    for (const Row& row : rows.all)
        if (row.winner == row.index) order.push_back(row.index);
    const auto place = [&](std::uint32_t index) {
        const Span& span = *rows.all[index].span;
        return std::tuple(span.start.ns, span.id.value, index);
    };
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return place(a) < place(b); });
    std::vector<SpanNode> nodes;
    nodes.reserve(order.size());
    for (const std::uint32_t index : order) {
        rows.all[index].node = static_cast<std::int32_t>(nodes.size());
        nodes.push_back({.span = rows.all[index].span, .document = rows.all[index].document});
    }
    return nodes;
}

std::int32_t node_with_id(const Rows& rows, SpanId id) {
    const auto at = std::lower_bound(
        rows.by_id.begin(), rows.by_id.end(), id,
        [&](std::uint32_t index, SpanId wanted) { return rows.all[index].span->id < wanted; });
    if (at == rows.by_id.end() || rows.all[*at].span->id != id) return -1;
    return rows.all[*at].node;
}

void link_parents(const Rows& rows, std::vector<SpanNode>& nodes) {
    for (const Row& row : rows.all) {
        if (row.node < 0) continue;
        SpanNode& node = nodes[static_cast<std::size_t>(row.node)];
        const std::uint32_t first = rows.first[row.document];
        if (row.index != first) {
            const auto in_document = static_cast<std::uint32_t>(std::max(row.span->parent_row, 0));
            node.parent = rows.all[rows.all[first + in_document].winner].node;
        } else if (!row.span->parent_id.is_none()) {
            node.parent = node_with_id(rows, row.span->parent_id);
            node.is_orphan = node.parent < 0;
        } else {
            node.is_orphan = !row.span->is_segment;
        }
    }
}

/// Of the nodes of a ring the one to cut loose: a segment if there is one, then the first in order.
std::size_t weakest_of_ring(const std::vector<SpanNode>& nodes, std::size_t start) {
    std::size_t weakest = start;
    for (auto at = static_cast<std::size_t>(nodes[start].parent); at != start;
         at = static_cast<std::size_t>(nodes[at].parent)) {
        const bool at_is_segment = nodes[at].span->is_segment;
        const bool weakest_is_segment = nodes[weakest].span->is_segment;
        if (at_is_segment != weakest_is_segment ? at_is_segment : at < weakest) weakest = at;
    }
    return weakest;
}

void cut_cycles(std::vector<SpanNode>& nodes) {
    enum class Mark : std::uint8_t { fresh, on_path, done };
    std::vector<Mark> marks(nodes.size(), Mark::fresh);
    std::vector<std::size_t> path;
    for (std::size_t start = 0; start < nodes.size(); ++start) {
        path.clear();
        auto at = static_cast<std::int64_t>(start);
        while (at >= 0 && marks[static_cast<std::size_t>(at)] == Mark::fresh) {
            path.push_back(static_cast<std::size_t>(at));
            marks[path.back()] = Mark::on_path;
            at = nodes[path.back()].parent;
        }
        if (at >= 0 && marks[static_cast<std::size_t>(at)] == Mark::on_path) {
            SpanNode& weakest = nodes[weakest_of_ring(nodes, static_cast<std::size_t>(at))];
            weakest.parent = -1;
            weakest.is_orphan = true;
        }
        for (const std::size_t passed : path) marks[passed] = Mark::done;
    }
}

}  // namespace

std::vector<SpanNode> span_tree(const std::vector<TraceDocument>& documents) {
    Rows rows = collect_rows(documents);
    choose_winners(rows);
    std::vector<SpanNode> nodes = number_nodes(rows);
    link_parents(rows, nodes);
    cut_cycles(nodes);
    return nodes;
}

}  // namespace tomograph
