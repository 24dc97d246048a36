#include "trace/link_edges.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "trace/aws_service_name.h"
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
void for_each_link(std::span<const Trace> traces, const Use& use) {
    for (const Trace& trace : traces)
        for (const Entity& entity : trace.entities) {
            if (!entity.is_segment || entity.is_inferred) continue;
            const auto& links = entity.span->links;
            for (std::size_t i = 0; i < std::min(links.size(), links_per_segment_max); ++i)
                use(trace, entity, links[i]);
        }
}

/// Of links to spans of the same trace, or of others.
Producers linked_spans(std::span<const Trace> traces, LinkScope scope) {
    Producers producers;
    for_each_link(traces, [&](const Trace& trace, const Entity&, const SpanLink& link) {
        if ((link.trace_id == trace.id) == (scope == LinkScope::inside))
            producers.try_emplace({link.trace_id, link.span_id});
    });
    if (producers.empty()) return producers;
    for (const Trace& trace : traces)
        for (const Entity& entity : trace.entities) {
            const auto place = producers.find({trace.id, entity.id});
            if (place != producers.end()) place->second = {&trace, &entity};
        }
    return producers;
}

/// The queue that held the event, as the receiver knows it: by the name that calls of the queue
/// give it, so that they meet.
std::optional<ServiceKey> queue_of(const Span& received, const SpanLink& link) {
    const std::string_view url = link.queue_url.empty() ? received.aws.queue_url : link.queue_url;
    if (url.empty()) return std::nullopt;
    // A queue or topic of another broker has a name, not an address: calls of it are remote ones.
    if (!link.queue_url.empty() && url.find("://") == std::string_view::npos)
        return ServiceKey{.name = std::string(url), .type = "remote", .account_id = ""};
    return ServiceKey{.name = std::string(url),
                      .type = std::string(queue_type),
                      .account_id = std::string(received.aws.account_id)};
}

std::optional<ServiceKey> producing_service(const Producer& producer) {
    if (producer.entity == nullptr) return std::nullopt;
    const auto& entities = producer.trace->entities;
    if (!producer.entity->is_segment)
        for (const std::uint32_t child : producer.entity->children)
            if (entities[child].is_segment) return entities[child].service;
    if (producer.entity->segment < 0) return std::nullopt;
    return entities[static_cast<std::size_t>(producer.entity->segment)].service;
}

/// When the event was sent, as far as somebody says it.
std::optional<Instant> sent_at(const SpanLink& link, const Producer& producer) {
    if (link.sent != Instant()) return link.sent;
    if (producer.entity != nullptr) return producer.entity->span->end;
    return std::nullopt;
}

GraphCell& touch_link(GraphRollup& graph, ServiceKey source, const Entity& consumer) {
    const Span& received = *consumer.span;
    return touch(graph,
                 {.minute = minute_of(received.start),
                  .entry = GraphEntry::link,
                  .source = std::move(source),
                  .target = consumer.service},
                 received.start, received.end);
}

void add_age(GraphCell& cell, const Entity& consumer, Instant sent) {
    // Clocks differ: an event does not arrive before it was sent. Any times may come: no overflow.
    const Instant received = consumer.span->start;
    const auto age = received <= sent ? 0
                                      : static_cast<std::uint64_t>(received.ns) -
                                            static_cast<std::uint64_t>(sent.ns);
    constexpr std::uint64_t age_max = std::numeric_limits<std::int64_t>::max();
    cell.statistics.response_time.add({static_cast<std::int64_t>(std::min(age, age_max))});
}

/// What the trace of the consumer tells by itself.
void add_own_link(GraphRollup& graph, const Entity& consumer, const SpanLink& link,
                  const Producer& producer) {
    auto source = queue_of(*consumer.span, link);
    if (!source) source = producing_service(producer);
    if (!source) return;
    GraphCell& cell = touch_link(graph, std::move(*source), consumer);
    ++cell.presence;
    if (const auto sent = sent_at(link, producer)) add_age(cell, consumer, *sent);
}

/// What the trace of the producer adds to that.
void add_other_link(GraphRollup& graph, const Entity& consumer, const SpanLink& link,
                    const Producer& producer) {
    if (producer.entity == nullptr) return;
    if (auto queue = queue_of(*consumer.span, link)) {
        if (link.sent == Instant())
            add_age(touch_link(graph, std::move(*queue), consumer), consumer,
                    producer.entity->span->end);
        return;
    }
    auto source = producing_service(producer);
    if (!source) return;
    GraphCell& cell = touch_link(graph, std::move(*source), consumer);
    ++cell.presence;
    add_age(cell, consumer, *sent_at(link, producer));
}

}  // namespace

void add_links(GraphRollup& graph, std::span<const Trace> traces, LinkScope scope) {
    const Producers producers = linked_spans(traces, scope);
    for_each_link(traces, [&](const Trace& trace, const Entity& consumer, const SpanLink& link) {
        const bool is_inside = link.trace_id == trace.id;
        const auto place = producers.find({link.trace_id, link.span_id});
        const Producer producer = place == producers.end() ? Producer() : place->second;
        if (scope == LinkScope::inside)
            add_own_link(graph, consumer, link, is_inside ? producer : Producer());
        else if (!is_inside)
            add_other_link(graph, consumer, link, producer);
    });
}

}  // namespace tomograph
