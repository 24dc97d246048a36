#pragma once

#include <string>

#include "catalog/insight_records.h"
#include "query/service_graph.h"

namespace tomograph {

struct ImpactGraphRequest {
    Instant start;
    Instant end;
    std::string next_token{};
};

/// The services between the clients and the root cause of an insight: those from which calls lead
/// to it, of the group's traces in that part of the range in which the insight was active
/// (xray-api.md §3.5). Only how they hang together is meant to be told. Nothing when the range does
/// not touch the insight.
///
/// returns  start_second and end_second: the part of the range that was looked at
/// errors   invalid  a member breaks a rule, the group is gone; those of get_service_graph()
Result<ServiceGraphAnswer> get_impact_graph(const QueryContext& context,
                                            const StoredInsight& insight,
                                            const ImpactGraphRequest& request);

}  // namespace tomograph
