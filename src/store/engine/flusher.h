#pragma once

#include <deque>
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
    Result<void> flush(ReadyTraces traces);

 private:
    struct Placed {
        std::int64_t second = 0;
        OpenTrace trace;  ///< without older rows its documents are all there is
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
    Result<std::deque<Placed>> place(ReadyTraces traces);
    static std::vector<Placed*> in_order(std::deque<Placed>& placed);
    /// In the order of a part's rows.
    Result<void> flush_part(std::span<Placed* const> traces);
    Result<Written> write(PartWriter& writer, std::span<Placed* const> traces);
    Result<void> write_trace(PartWriter& writer, Placed& placed, const PartSnapshot& parts,
                             Written& written);
    Result<void> publish(const ManifestPart& part, const std::string& temporary, Written written);
    Result<std::shared_ptr<LivePart>> name_part(const ManifestPart& part,
                                                const std::string& temporary);
    Publisher::Change forget(Written written);

    StoreCore& core_;
    Publisher& publisher_;
    Groups groups_;  ///< of this flush
    TraceAssembly assembly_;
    std::vector<PartTraceView::Document> part_documents_;  ///< keeps its room
};

}  // namespace tomograph
