#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "model/document.h"
#include "model/segment.h"
#include "model/service.h"

namespace tomograph {

/// One decoded document with its version, ready to be assembled.
struct TraceDocument {
    Lsn lsn;
    Segment segment;
};

/// A segment, subsegment or inferred segment in its place in the trace.
struct Entity {
    /// Of an inferred segment: the subsegment that it was inferred from.
    const Span* span = nullptr;
    std::uint32_t document = 0;  ///< index into Trace::documents
    std::int32_t parent = -1;    ///< index into Trace::entities; -1 for a root or an orphan
    std::int32_t segment = -1;  ///< the entity of the segment it belongs to (itself for a segment);
                                ///< -1 for an orphan subsegment
    bool is_segment = false;    ///< a sent or an inferred segment
    bool is_inferred = false;
    bool is_orphan = false;  ///< its parent_id names nothing in this trace
    SpanId id{};             ///< inferred ones: a stable hash of trace id and subsegment id
    ServiceKey service{};    ///< segments only
    std::vector<std::uint32_t> children{};  ///< by start time, then id
};

/// A whole trace: last writes won, subsegments under their parents, segments under their callers,
/// missing downstream services inferred. Entities of one trace never form a cycle: a parent link
/// that would close one is cut, and its entity is an orphan.
struct Trace {
    TraceId id;
    std::vector<TraceDocument> documents;  ///< winners only, by (start, id)
    std::vector<Entity> entities;          ///< parents before children; roots by start
    std::int32_t root = -1;                ///< the entry segment; -1 when only subsegments came
    Instant start;                         ///< earliest start
    Instant end;                           ///< latest end
    bool is_partial = false;  ///< something in progress, orphaned, or expected downstream

    Duration duration() const { return end - start; }
};

/// How long a subsegment that announced a traced downstream waits before the downstream is
/// inferred.
inline constexpr Duration downstream_grace = Duration::minutes(10);

/// Puts the documents of one trace together (segment-documents.md §4 and §5).
///
/// documents  any order, duplicates and superseded versions allowed, all of trace `id`
/// now        decides whether the downstream grace has passed
/// cost       O(n log n) in entities
Trace assemble_trace(TraceId id, std::vector<TraceDocument> documents, Instant now);

/// For assemble_trace: a moment at which every grace has passed. What is kept of a trace must not
/// depend on when it was looked at, so rollups are always made as of here.
inline constexpr Instant after_grace{std::numeric_limits<std::int64_t>::max()};

/// Whether a sent segment is where work entered the services we know: it has no parent, or
/// nobody's. A trace may have several; Trace::root is the earliest.
bool is_entry(const Trace& trace, const Entity& entity);

/// What a segment or a call is: name, type and account of its node in the service graph.
/// `inferred_service` follows the table of segment-documents.md §5 for a subsegment with no segment
/// behind.
ServiceKey service_of_segment(const Span& segment);
ServiceKey inferred_service(const Span& subsegment);

}  // namespace tomograph
