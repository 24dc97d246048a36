#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/prepared_store.h"
#include "workload/w1_oracle.h"

namespace tomograph::engine_bench {

// What the store must answer, by the workload alone. A wrong answer ends the process.

/// All of W1 lies in it.
TimeRange six_hours();
TraceId trace_id_of(const Scale& scale, std::uint64_t number);
/// Counts all of W1 again: 3 us a trace.
workload::W1Oracle count(const Scale& scale);

/// The same documents in any order, byte for byte.
void require_documents(std::vector<std::string> expected, const StoredTrace& trace);
/// Trace `number` of the workload is there, with its documents and no others.
void require_trace(TraceStore& store, const Scale& scale, std::uint64_t number);
/// Every service's requests by outcome.
void require_graph(const GraphRollup& graph, const workload::W1Oracle& oracle);

}  // namespace tomograph::engine_bench
