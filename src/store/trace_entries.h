#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/trace_search.h"

namespace tomograph {

/// What is known of the request that a trace began with; "" where its segment does not say.
struct EntryPoint {
    std::string service;  ///< name of the segment
    std::string type;     ///< its origin: `AWS::ECS::Container`
    std::string method;
    std::string url;  ///< as it was sent
    auto operator<=>(const EntryPoint&) const = default;
};

/// One stored trace as a request.
struct TraceEntry {
    std::int64_t second = 0;  ///< the trace's time
    std::uint64_t draw = 0;   ///< of its id: chooses evenly, and always the same
    std::uint64_t bytes = 0;  ///< on disk, about; of one that is not sealed yet as others of its
                              ///< spans take
    std::uint32_t point = 0;  ///< in TraceEntries::points
    std::uint32_t spans = 0;
    bool error = false;
    bool fault = false;
    bool operator==(const TraceEntry&) const = default;
};

struct TraceEntries {
    std::vector<EntryPoint> points;  ///< each once
    std::vector<TraceEntry> traces;  ///< in no order
    std::uint64_t read = 0;          ///< traces that columns did not tell of: documents were read
    SearchCoverage coverage;
};

}  // namespace tomograph
