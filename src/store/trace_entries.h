#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "store/trace_search.h"

namespace tomograph {

/// Where the request that a trace began with came in; "" where its segment does not say.
struct EntryPoint {
    std::string service;  ///< name of the segment
    std::string type;     ///< its origin: `AWS::ECS::Container`
    std::string method;
    auto operator<=>(const EntryPoint&) const = default;
};

/// One stored trace as a request.
struct TraceEntry {
    std::int64_t second = 0;  ///< the trace's time
    std::uint64_t draw = 0;   ///< of its id: chooses evenly, and always the same
    std::uint64_t bytes = 0;  ///< on disk, about; of one that is not sealed yet as others of its
                              ///< spans take
    std::uint32_t point = 0;  ///< in EntryBatch::points
    std::uint32_t url = 0;    ///< in EntryBatch::urls
    std::uint32_t spans = 0;
    bool error = false;
    bool fault = false;
    bool operator==(const TraceEntry&) const = default;
};

/// Requests that came from one place, a group of a part for one. Nearly every URL may be one of its
/// own, so they are no strings: a request takes some 60 bytes and its URL.
struct EntryBatch {
    std::vector<EntryPoint> points;      ///< each once
    std::vector<std::string_view> urls;  ///< as they were sent, in `texts`; 0: "". Equal ones may
                                         ///< be there several times
    std::vector<TraceEntry> traces;      ///< in no order
    Arena texts;

    /// What it holds in memory, but for the points, which are few.
    std::uint64_t bytes() const {
        return texts.bytes() + urls.capacity() * sizeof(std::string_view) +
               traces.capacity() * sizeof(TraceEntry);
    }
};

struct TraceEntries {
    std::vector<std::shared_ptr<const EntryBatch>> batches;
    std::uint64_t read = 0;  ///< traces that columns did not tell of: documents were read
    SearchCoverage coverage;

    std::size_t traces() const {
        std::size_t count = 0;
        for (const auto& batch : batches) count += batch->traces.size();
        return count;
    }
};

}  // namespace tomograph
