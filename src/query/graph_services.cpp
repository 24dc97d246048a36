#include "query/graph_services.h"

#include <algorithm>
#include <cmath>

#include "query/histogram_entries.h"
#include "trace/graph_of_trace.h"

namespace tomograph {
namespace {

std::int64_t second_after(Instant t) {
    return t.second() + (Instant::from_seconds(t.second()) < t ? 1 : 0);
}

/// A node that only stands for callers: nobody sent it and nobody called it.
bool is_client(const ServiceKey& service, const GraphCell& cell) {
    return service.type == client_type && cell.roots == 0 && cell.inferred == 0 &&
           cell.statistics == RequestStatistics{};
}

ServiceNode node_of(const ServiceKey& service, const GraphCell& cell) {
    ServiceNode node;
    node.service = service;
    node.names = {service.name};
    node.is_root = cell.roots > 0;
    node.is_active = cell.presence > cell.inferred;
    node.start_second = cell.first_start.second();
    node.end_second = second_after(cell.last_end);
    node.statistics = statistics_of(cell.statistics);
    node.durations = histogram_entries(cell.statistics.duration);
    node.response_times = histogram_entries(cell.statistics.response_time);
    return node;
}

ServiceEdge edge_of(const EdgeKey& key, const GraphSum& sum) {
    ServiceEdge edge;
    edge.is_link = key.is_link;
    if (key.is_link) {
        edge.event_ages = histogram_entries(sum.cell.statistics.response_time);
        return edge;
    }
    edge.statistics = statistics_of(sum.cell.statistics);
    edge.response_times = histogram_entries(sum.cell.statistics.response_time);
    for (const std::string& alias : sum.aliases)
        edge.aliases.push_back({.name = alias, .type = key.target.type});
    return edge;
}

class ServiceLister {
 public:
    explicit ServiceLister(const GraphSums& graph) : graph_(graph) {}

    std::vector<ServiceNode> list() {
        add_nodes();
        for (const auto& [key, sum] : graph_.edges) {
            const std::int32_t target = ids_.at(key.target);
            const auto client = client_ids_.find(key);
            add_edge(client != client_ids_.end() ? client->second : ids_.at(key.source), target,
                     key, sum);
        }
        for (ServiceNode& node : nodes_)
            std::stable_sort(node.edges.begin(), node.edges.end(),
                             [](const ServiceEdge& a, const ServiceEdge& b) {
                                 return a.reference_id < b.reference_id;
                             });
        return std::move(nodes_);
    }

 private:
    void add_nodes() {
        for (const auto& [service, sum] : graph_.nodes) {
            if (is_client(service, sum.cell))
                add_clients(service);
            else
                ids_.emplace(service, add(node_of(service, sum.cell)));
        }
    }

    /// One for each service that it calls, which a rollup keeps under one name.
    void add_clients(const ServiceKey& client) {
        const EdgeKey first{.source = client, .target = {}, .is_link = false};
        for (auto edge = graph_.edges.lower_bound(first);
             edge != graph_.edges.end() && edge->first.source == client; ++edge) {
            ServiceNode node = node_of(client, edge->second.cell);
            node.is_client = true;
            node.is_root = false;
            node.is_active = false;
            node.statistics.reset();
            node.durations.clear();
            node.response_times.clear();
            client_ids_.emplace(edge->first, add(std::move(node)));
        }
    }

    std::int32_t add(ServiceNode node) {
        node.reference_id = static_cast<std::int32_t>(nodes_.size());
        nodes_.push_back(std::move(node));
        return nodes_.back().reference_id;
    }

    void add_edge(std::int32_t source, std::int32_t target, const EdgeKey& key,
                  const GraphSum& sum) {
        ServiceNode& node = nodes_[static_cast<std::size_t>(source)];
        ServiceEdge edge = edge_of(key, sum);
        edge.reference_id = target;
        edge.start_second = node.start_second;
        edge.end_second = node.end_second;
        node.edges.push_back(std::move(edge));
    }

    const GraphSums& graph_;
    std::vector<ServiceNode> nodes_;
    std::map<ServiceKey, std::int32_t> ids_;
    std::map<EdgeKey, std::int32_t> client_ids_;
};

}  // namespace

ServiceStatistics statistics_of(const RequestStatistics& counted) {
    return {.ok = counted.ok,
            .throttle = counted.throttle,
            .other_error = counted.error,
            .fault = counted.fault,
            .total_response_time =
                std::round(static_cast<double>(counted.response_time_ns) / 1e3) / 1e6};
}

std::vector<ServiceNode> services_of(const GraphSums& graph) { return ServiceLister(graph).list(); }

}  // namespace tomograph
