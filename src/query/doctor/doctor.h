#pragma once

#include <optional>
#include <string>
#include <vector>

#include "query/doctor/doctor_facts.h"
#include "query/doctor/finding.h"
#include "query/doctor/map_findings.h"
#include "query/query_context.h"

namespace tomograph {

struct TraceDiagnosis {
    TraceId id;
    bool is_found = false;
    std::uint64_t documents = 0;
    std::uint64_t spans = 0;        ///< that were sent
    std::vector<Finding> findings;  ///< worst first; none: nothing is odd
};

/// Why the trace, or that span of it, is missing or odd. A trace that is not here is an answer and
/// no error.
///
/// errors  those of TraceStore::get
Result<TraceDiagnosis> diagnose_trace(const QueryContext& context, const DoctorFacts& facts,
                                      TraceId id, std::optional<SpanId> span);

struct MapDiagnosis {
    std::vector<ServiceKey> nodes;  ///< of that name
    std::uint64_t traces_read = 0;  ///< of the service, the newest
    std::vector<Finding> findings;
};

/// Why a node of the service graph, or an edge from it, is missing or odd in that time.
///
/// budget  for the traces that are read
/// errors  invalid  the range is empty
///         those of TraceStore::graph and find
Result<MapDiagnosis> diagnose_map(const QueryContext& context, const DoctorFacts& facts,
                                  const MapQuestion& question, const TimeRange& range,
                                  const SearchBudget& budget);

}  // namespace tomograph
