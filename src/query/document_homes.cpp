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

}  // namespace

DocumentHomes document_homes(const Trace& trace) {
    const std::unordered_set<SpanId> hidden = hidden_ids(trace);
    DocumentHomes homes;
    homes.home.resize(trace.documents.size());
    std::iota(homes.home.begin(), homes.home.end(), 0U);
    homes.own_entity.assign(trace.documents.size(), -1);
    std::vector<std::size_t> depths(trace.documents.size());  // of each in its home
    // Parents come before children, so the home of a parent is known.
    for (std::size_t i = 0; i < trace.entities.size(); ++i) {
        const Entity& entity = trace.entities[i];
        if (entity.is_inferred || entity.span != own_row(trace, entity.document)) continue;
        homes.own_entity[entity.document] = static_cast<std::int32_t>(i);
        if (entity.is_segment || entity.parent < 0 || hidden.contains(entity.id)) continue;
        const Entity& parent = trace.entities[static_cast<std::size_t>(entity.parent)];
        if (depths[parent.document] == splice_depth_max) continue;
        depths[entity.document] = depths[parent.document] + 1;
        homes.home[entity.document] = homes.home[parent.document];
    }
    return homes;
}

}  // namespace tomograph
