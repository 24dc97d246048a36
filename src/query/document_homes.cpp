#include "query/document_homes.h"

#include <numeric>
#include <unordered_set>

#include "query/limits.h"

namespace tomograph {
namespace {

const Span* own_row(const Trace& trace, std::uint32_t document) {
    return &trace.documents[document].segment.own();
}

/// Ids that stand embedded in some document although another document's row won them.
std::unordered_set<SpanId> hidden_ids(const Trace& trace) {
    std::unordered_set<const Span*> winners;
    std::size_t rows = 0;
    for (const TraceDocument& document : trace.documents) rows += document.segment.spans.size();
    std::unordered_set<SpanId> hidden;
    std::size_t sent = 0;
    for (const Entity& entity : trace.entities) sent += entity.is_inferred ? 0U : 1U;
    if (sent == rows) return hidden;

    for (const Entity& entity : trace.entities)
        if (!entity.is_inferred) winners.insert(entity.span);
    for (const TraceDocument& document : trace.documents)
        for (const Span& span : document.segment.spans)
            if (&span != &document.segment.own() && !winners.contains(&span))
                hidden.insert(span.id);
    return hidden;
}

/// By document: the one that holds its parent; -1 where it stands for itself.
std::vector<std::int64_t> parent_documents(const Trace& trace, DocumentHomes& homes) {
    const std::unordered_set<SpanId> hidden = hidden_ids(trace);
    std::vector<std::int64_t> parents(trace.documents.size(), -1);
    for (std::size_t i = 0; i < trace.entities.size(); ++i) {
        const Entity& entity = trace.entities[i];
        if (entity.is_inferred || entity.span != own_row(trace, entity.document)) continue;
        homes.own_entity[entity.document] = static_cast<std::int32_t>(i);
        if (entity.is_segment || entity.parent < 0 || hidden.contains(entity.id)) continue;
        parents[entity.document] = trace.entities[static_cast<std::size_t>(entity.parent)].document;
    }
    return parents;
}

}  // namespace

DocumentHomes document_homes(const Trace& trace) {
    const std::size_t count = trace.documents.size();
    DocumentHomes homes;
    homes.home.resize(count);
    std::iota(homes.home.begin(), homes.home.end(), 0U);
    homes.depth.resize(count);
    homes.own_entity.assign(count, -1);
    std::vector<std::int64_t> parents = parent_documents(trace, homes);

    // Entities form no ring, but documents may: rows of two documents can lie under one another's.
    enum class Mark : std::uint8_t { fresh, on_path, done };
    std::vector<Mark> marks(count, Mark::fresh);
    std::vector<std::size_t> path;
    for (std::size_t start = 0; start < count; ++start) {
        path.clear();
        auto at = static_cast<std::int64_t>(start);
        while (at >= 0 && marks[static_cast<std::size_t>(at)] == Mark::fresh) {
            path.push_back(static_cast<std::size_t>(at));
            marks[path.back()] = Mark::on_path;
            at = parents[path.back()];
        }
        if (at >= 0 && marks[static_cast<std::size_t>(at)] == Mark::on_path)
            parents[static_cast<std::size_t>(at)] = -1;
        for (; !path.empty(); path.pop_back()) {
            const std::size_t document = path.back();
            marks[document] = Mark::done;
            if (parents[document] < 0) continue;
            const auto parent = static_cast<std::size_t>(parents[document]);
            if (homes.depth[parent] == splice_depth_max) continue;
            homes.depth[document] = homes.depth[parent] + 1;
            homes.home[document] = homes.home[parent];
        }
    }
    return homes;
}

}  // namespace tomograph
