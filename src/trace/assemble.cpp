#include <algorithm>
#include <array>
#include <tuple>

#include "base/bytes.h"
#include "base/hash.h"
#include "trace/document_winners.h"
#include "trace/span_tree.h"
#include "trace/trace.h"

namespace tomograph {
namespace {

constexpr std::uint64_t inferred_seed =
    0x1f7;  // only keeps the hash apart from other uses of these bytes

SpanId inferred_id(TraceId trace, SpanId subsegment) {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.fixed(trace.high);
    writer.fixed(trace.low);
    writer.fixed(subsegment.value);
    const std::uint64_t hash = hash64(bytes, inferred_seed);
    return {hash == 0 ? 1 : hash};
}

bool is_call(const Span& subsegment) {
    return subsegment.name_space != SpanNamespace::local || subsegment.has_sql;
}

/// Children of each node, in the nodes' order; roots last.
struct Children {
    std::vector<std::uint32_t> all;
    std::vector<std::uint32_t> first;  // nodes.size() + 2: the last list is that of the roots

    explicit Children(const std::vector<SpanNode>& nodes)
        : all(nodes.size()), first(nodes.size() + 2) {
        const auto list_of = [&](const SpanNode& node) {
            return node.parent < 0 ? nodes.size() : static_cast<std::size_t>(node.parent);
        };
        for (const SpanNode& node : nodes) ++first[list_of(node) + 1];
        for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
        std::vector<std::uint32_t> at(first.begin(), first.end() - 1);
        for (std::uint32_t i = 0; i < nodes.size(); ++i) all[at[list_of(nodes[i])]++] = i;
    }

    std::span<const std::uint32_t> of(std::size_t list) const {
        return std::span(all).subspan(first[list], first[list + 1] - first[list]);
    }
};

/// Turns nodes into the trace's entities, parents first, and infers what was called.
class EntityWriter {
 public:
    EntityWriter(Trace& trace, const std::vector<SpanNode>& nodes, Instant now)
        : trace_(trace), nodes_(nodes), children_(nodes), now_(now) {}

    void write() {
        trace_.entities.reserve(nodes_.size());
        // Node and entity of its parent; depth-first, so that a service's work lies together.
        std::vector<std::pair<std::uint32_t, std::int32_t>> waiting;
        push_backwards(waiting, nodes_.size(), -1);
        while (!waiting.empty()) {
            const auto [node, parent] = waiting.back();
            waiting.pop_back();
            const std::int32_t entity = add_sent(nodes_[node], parent);
            infer_downstream(entity, node);
            push_backwards(waiting, node, entity);
        }
        for (const std::uint32_t caller : unsorted_) sort_children(caller);
    }

 private:
    void push_backwards(std::vector<std::pair<std::uint32_t, std::int32_t>>& waiting,
                        std::size_t list, std::int32_t parent) const {
        const auto children = children_.of(list);
        for (auto child = children.rbegin(); child != children.rend(); ++child)
            waiting.emplace_back(*child, parent);
    }

    std::int32_t add(Entity entity) {
        const auto index = static_cast<std::int32_t>(trace_.entities.size());
        if (entity.is_segment) entity.segment = index;
        if (entity.parent >= 0)
            trace_.entities[static_cast<std::size_t>(entity.parent)].children.push_back(
                static_cast<std::uint32_t>(index));
        trace_.entities.push_back(std::move(entity));
        return index;
    }

    std::int32_t add_sent(const SpanNode& node, std::int32_t parent) {
        Entity entity{.span = node.span,
                      .document = node.document,
                      .parent = parent,
                      .is_segment = node.span->is_segment,
                      .is_orphan = node.is_orphan,
                      .id = node.span->id};
        if (entity.is_segment)
            entity.service = service_of_segment(*node.span);
        else if (parent >= 0)
            entity.segment = trace_.entities[static_cast<std::size_t>(parent)].segment;
        if (node.is_orphan || node.span->in_progress) trace_.is_partial = true;
        return add(std::move(entity));
    }

    /// A call with no segment behind it gets one; a call that announced one is given time.
    void infer_downstream(std::int32_t caller, std::size_t node) {
        const Span& span = *nodes_[node].span;
        if (span.is_segment || !(is_call(span) || span.expects_downstream)) return;
        for (const std::uint32_t child : children_.of(node))
            if (nodes_[child].span->is_segment) return;
        if (span.expects_downstream && now_ - downstream_grace < span.start) {
            trace_.is_partial = true;
            return;
        }
        add({.span = &span,
             .document = nodes_[node].document,
             .parent = caller,
             .is_segment = true,
             .is_inferred = true,
             .id = inferred_id(trace_.id, span.id),
             .service = inferred_service(span)});
        if (!children_.of(node).empty()) unsorted_.push_back(static_cast<std::uint32_t>(caller));
    }

    void sort_children(std::uint32_t caller) {
        const auto place = [&](std::uint32_t index) {
            const Entity& entity = trace_.entities[index];
            return std::tuple(entity.span->start.ns, entity.id.value);
        };
        auto& children = trace_.entities[caller].children;
        std::sort(children.begin(), children.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return place(a) < place(b); });
    }

    Trace& trace_;
    const std::vector<SpanNode>& nodes_;
    const Children children_;
    const Instant now_;
    std::vector<std::uint32_t> unsorted_;  // entities with an inferred child among others
};

/// The earliest segment that no known service called; of several the longest, then the smallest id.
std::int32_t entry_segment(const Trace& trace) {
    std::int32_t root = -1;
    const auto rank = [&](std::int32_t index) {
        const Span& span = *trace.entities[static_cast<std::size_t>(index)].span;
        return std::tuple(span.start.ns, ~span.end.ns, span.id.value);
    };
    for (std::size_t i = 0; i < trace.entities.size(); ++i) {
        const auto index = static_cast<std::int32_t>(i);
        if (is_entry(trace, trace.entities[i]) && (root < 0 || rank(index) < rank(root)))
            root = index;
    }
    return root;
}

}  // namespace

bool is_entry(const Trace& trace, const Entity& entity) {
    if (!entity.is_segment || entity.is_inferred) return false;
    return entity.parent < 0 || trace.entities[static_cast<std::size_t>(entity.parent)].segment < 0;
}

Trace assemble_trace(TraceId id, std::vector<TraceDocument> documents, Instant now) {
    Trace trace;
    trace.id = id;
    trace.documents = winning_documents(std::move(documents));
    const std::vector<SpanNode> nodes = span_tree(trace.documents);
    if (nodes.empty()) return trace;

    EntityWriter(trace, nodes, now).write();
    trace.root = entry_segment(trace);
    if (trace.root < 0) trace.is_partial = true;
    trace.start = nodes.front().span->start;
    trace.end = nodes.front().span->end;
    for (const SpanNode& node : nodes) trace.end = std::max(trace.end, node.span->end);
    return trace;
}

}  // namespace tomograph
