#include "query/retrieval/service_links.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "query/limits.h"

namespace tomograph {
namespace {

using LinkKey = std::pair<LinkReference, TraceId>;
using Gathered = std::map<ServiceKey, std::map<LinkKey, std::set<TraceId>>>;

const Entity* find_span(const Trace& trace, SpanId id) {
    const auto found = std::ranges::find(trace.entities, id, &Entity::id);
    return found == trace.entities.end() ? nullptr : &*found;
}

class LinkGatherer {
 public:
    explicit LinkGatherer(std::span<const Trace> traces) {
        for (const Trace& trace : traces) by_id_.emplace(trace.id, &trace);
    }

    void gather(const Trace& trace) {
        for (const Entity& entity : trace.entities) {
            if (!entity.is_segment || entity.is_inferred) continue;
            for (const SpanLink& link : entity.span->links)
                if (link.trace_id != trace.id) gather(trace, entity, link);
        }
    }

    ServiceLinks take() && {
        ServiceLinks links;
        for (auto& [service, its] : gathered_)
            for (auto& [key, destinations] : its) {
                std::vector<TraceLink>& list = links[service];
                if (list.size() == retrieved_links_max) break;
                list.push_back({.reference = key.first,
                                .source = key.second,
                                .destinations = {destinations.begin(), destinations.end()}});
            }
        return links;
    }

 private:
    void gather(const Trace& trace, const Entity& consumer, const SpanLink& link) {
        const auto source = by_id_.find(link.trace_id);
        const bool is_known = source != by_id_.end();
        const auto reference = is_known ? LinkReference::parent : LinkReference::link;
        gathered_[consumer.service][{reference, link.trace_id}].insert(trace.id);
        if (!is_known) return;
        const Entity* producer = find_span(*source->second, link.span_id);
        if (producer == nullptr || producer->segment < 0) return;
        const auto owner = static_cast<std::size_t>(producer->segment);
        gathered_[source->second->entities[owner].service][{LinkReference::child, link.trace_id}]
            .insert(trace.id);
    }

    std::unordered_map<TraceId, const Trace*> by_id_;
    Gathered gathered_;
};

}  // namespace

ServiceLinks service_links(std::span<const Trace> traces) {
    LinkGatherer gatherer(traces);
    for (const Trace& trace : traces) gatherer.gather(trace);
    return std::move(gatherer).take();
}

}  // namespace tomograph
