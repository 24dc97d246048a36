#pragma once

#include <span>
#include <vector>

#include "store/engine/open_graph.h"
#include "store/engine/store_core.h"
#include "store/engine/trace_assembly.h"

namespace tomograph {

/// Writes traces from the open table into parts of level 0, one for each day and class of theirs
/// (more when there are many): whatever happens, every trace stays readable, once. For the thread
/// that maintains the store.
class Flusher {
 public:
    Flusher(StoreCore& core, Publisher& publisher);

    /// errors  io, limit: some of the traces, or all, are still open; flush again later
    Result<void> flush(std::vector<OpenTrace> traces);

 private:
    struct Placed {
        std::int64_t second = 0;
        OpenTrace trace;  ///< without older rows: its documents are in order, and all there is
        std::optional<TraceRow> older;
        std::uint32_t retention_class = 0;
        std::vector<PlaceStep> steps{};  ///< empty: it did not move, or nobody asks
    };
    /// A trace that went into the part, or that had nothing new.
    struct Flushed {
        TraceId id;
        Lsn lsn;
        std::optional<TraceRow> row;
        std::vector<PlaceStep> steps{};
    };
    struct Written {
        std::vector<Flushed> traces;
        GraphRollup rollup;
        std::uint64_t rows = 0;
    };

    Result<std::uint32_t> class_of(const OpenTrace& trace, const PartSnapshot& parts);
    Result<std::vector<Placed>> place(std::vector<OpenTrace> traces);
    Result<void> flush_part(std::span<const Placed> traces);
    Result<Written> write(PartWriter& writer, std::span<const Placed> traces);
    Result<void> write_trace(PartWriter& writer, const Placed& placed, const PartSnapshot& parts,
                             Written& written);
    Result<void> publish(const ManifestPart& part, const std::string& temporary, Written written);
    Result<std::shared_ptr<LivePart>> name_part(const ManifestPart& part,
                                                const std::string& temporary);
    Publisher::Change forget(Written written);

    StoreCore& core_;
    Publisher& publisher_;
    Groups groups_;  ///< of this flush
    TraceAssembly assembly_;
    PartTrace part_trace_;  ///< its texts keep their room from trace to trace
};

}  // namespace tomograph
