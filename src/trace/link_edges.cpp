#include "trace/link_edges.h"

#include <algorithm>
#include <map>
#include <utility>

#include "trace/graph_cells.h"
#include "trace/limits.h"

namespace tomograph {
namespace {

struct Producer {
    const Trace* trace = nullptr;
    const Entity* entity = nullptr;
};

/// The spans that links name, by trace and span id.
using Producers = std::map<std::pair<TraceId, SpanId>, Producer>;

template <class Use>
void for_each_link(std::span<const Trace> traces, LinkScope scope, const Use& use) {
    for (const Trace& trace : traces)
        for (const Entity& entity : trace.entities) {
            if (!entity.is_segment || entity.is_inferred) continue;
            const auto& links = entity.span->links;
            for (std::size_t i = 0; i < std::min(links.size(), links_per_segment_max); ++i)
                if ((links[i].trace_id == trace.id) == (scope == LinkScope::inside))
                    use(entity, std::pair(links[i].trace_id, links[i].span_id));
        }
}

Producers linked_spans(std::span<const Trace> traces, LinkScope scope) {
    Producers producers;
    for_each_link(traces, scope, [&](const Entity&, const auto& id) { producers.try_emplace(id); });
    if (producers.empty()) return producers;
    for (const Trace& trace : traces)
        for (const Entity& entity : trace.entities) {
            const auto place = producers.find({trace.id, entity.id});
            if (place != producers.end()) place->second = {&trace, &entity};
        }
    return producers;
}

const ServiceKey* producing_service(const Producer& producer) {
    const auto& entities = producer.trace->entities;
    if (!producer.entity->is_segment)
        for (const std::uint32_t child : producer.entity->children)
            if (entities[child].is_segment) return &entities[child].service;
    if (producer.entity->segment < 0) return nullptr;
    return &entities[static_cast<std::size_t>(producer.entity->segment)].service;
}

void add_link(GraphRollup& graph, const Entity& consumer, const Producer& producer) {
    const ServiceKey* source = producing_service(producer);
    if (source == nullptr) return;
    const Span& received = *consumer.span;
    GraphCell& cell = touch(graph,
                            {.minute = minute_of(received.start),
                             .entry = GraphEntry::link,
                             .source = *source,
                             .target = consumer.service},
                            received.start, received.end);
    ++cell.presence;
    // Clocks differ: an event does not arrive before it was sent.
    const Duration age = received.start - producer.entity->span->end;
    cell.statistics.response_time.add(std::max(age, Duration{}));
}

}  // namespace

void add_links(GraphRollup& graph, std::span<const Trace> traces, LinkScope scope) {
    const Producers producers = linked_spans(traces, scope);
    if (producers.empty()) return;
    for_each_link(traces, scope, [&](const Entity& consumer, const auto& id) {
        const Producer& producer = producers.at(id);
        if (producer.entity != nullptr) add_link(graph, consumer, producer);
    });
}

}  // namespace tomograph
