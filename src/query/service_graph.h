#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/service.h"
#include "query/query_context.h"

namespace tomograph {

/// Each request counted once: ok + throttle + other_error + fault = total().
struct ServiceStatistics {
    std::int64_t ok = 0;
    std::int64_t throttle = 0;
    std::int64_t other_error = 0;
    std::int64_t fault = 0;
    double total_response_time = 0;  ///< seconds, to the microsecond

    std::int64_t error_total() const { return throttle + other_error; }
    std::int64_t total() const { return ok + error_total() + fault; }
    bool operator==(const ServiceStatistics&) const = default;
};

struct HistogramEntry {
    double value = 0;  ///< seconds, a whole number of milliseconds
    std::int64_t count = 0;
    bool operator==(const HistogramEntry&) const = default;
};

using ServiceHistogram = std::vector<HistogramEntry>;  ///< ascending, at most histogram_entries_max

struct EdgeAlias {
    std::string name;
    std::string type;
    bool operator==(const EdgeAlias&) const = default;
};

struct ServiceEdge {
    std::int32_t reference_id = 0;  ///< of the target service
    std::int64_t start_second = 0;  ///< of the source's activity
    std::int64_t end_second = 0;
    ServiceStatistics statistics;  ///< as the caller saw it; zeros for a link
    ServiceHistogram response_times;
    std::vector<EdgeAlias> aliases;
    bool is_link = false;         ///< EdgeType "link": asynchronous
    ServiceHistogram event_ages;  ///< links only
    bool operator==(const ServiceEdge&) const = default;
};

struct ServiceNode {
    std::int32_t reference_id = 0;
    ServiceKey service;
    std::vector<std::string> names;
    bool is_root = false;
    bool is_client = false;  ///< stands for whoever calls a root: no statistics, no account
    bool is_active = false;  ///< State: `active`, else `unknown`
    std::int64_t start_second = 0;
    std::int64_t end_second = 0;
    std::vector<ServiceEdge> edges;  ///< by reference id of the target
    std::optional<ServiceStatistics> statistics;
    ServiceHistogram durations;
    ServiceHistogram response_times;
    bool operator==(const ServiceNode&) const = default;
};

/// GetServiceGraph (xray-api.md §3.3).
struct ServiceGraphRequest {
    Instant start;
    Instant end;
    std::string group_name{};  ///< "" and "Default" are every trace
    std::string group_arn{};
    std::string next_token{};
};

/// GetTraceGraph (xray-api.md §3.2).
struct TraceGraphRequest {
    std::vector<std::string> trace_ids{};  ///< either spelling; unknown ones are left out
    std::string next_token{};
};

struct ServiceGraphAnswer {
    std::int64_t start_second = 0;  ///< GetServiceGraph only: the range in whole seconds
    std::int64_t end_second = 0;
    std::vector<ServiceNode> services;  ///< by reference id, which counts from 0 over all pages
    bool contains_old_group_versions = false;
    std::uint64_t nodes_folded = 0;  ///< `remote` nodes that stand together as `other`
    std::string next_token;          ///< "" at the end
};

/// The graph of all traces of the group in the range. Nodes and edges by name: equal data give
/// equal answers.
///
/// errors  invalid  a member breaks a rule, there is no such group; also a token when services came
/// or went since its page, for
///                  then the reference ids of the pages would not fit
///         those of TraceStore::graph
Result<ServiceGraphAnswer> get_service_graph(const QueryContext& context,
                                             const ServiceGraphRequest& request);

/// The graph of just those traces, with the links between them.
Result<ServiceGraphAnswer> get_trace_graph(const QueryContext& context,
                                           const TraceGraphRequest& request);

}  // namespace tomograph
