#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/document.h"
#include "model/graph.h"
#include "model/graph_series.h"
#include "model/ids.h"
#include "store/comparison.h"
#include "store/trace_entries.h"
#include "store/trace_search.h"

namespace tomograph {

/// What is known of a trace by id.
struct StoredTrace {
    TraceId id;
    std::vector<StoredDocument> documents;  ///< one per span id: last writes won; by (start, id)
    bool limit_exceeded = false;            ///< later documents were refused for the trace's size
    /// As long as the program runs, two reads of a trace with one stamp are of the same documents.
    /// 0: not told, as of traces that are open or lie in several places.
    std::uint64_t stamp = 0;
};

/// A place in the newest-first order of traces. A trace's own can move: TraceQuery::as_of.
struct TraceCursor {
    std::int64_t second = 0;
    TraceId id;
    auto operator<=>(const TraceCursor&) const = default;
};

struct TraceQuery {
    TimeRange range;
    TimeRangeType type = TimeRangeType::trace_id;
    std::optional<TraceCursor> before;  ///< only traces strictly older than this in the order
    /// TracePage::as_of of the first page, for the others: traces stand where they stood then, so
    /// that each one that was known comes on one page, once, whatever arrives meanwhile; one that
    /// came later comes at most once. Absent: where they stand now.
    std::optional<Lsn> as_of{};
    std::size_t limit = 1000;  ///< traces at most; huge ones may end a page before it
    double sample = 1.0;       ///< share of traces, chosen by hash of the id
    /// False: traces come without their documents where nothing else needs these, and a page may
    /// hold page_ids_max of them: to count, or to choose from.
    bool with_documents = true;
    /// Asked of a trace that has a stamp and whose documents nothing else needs: true, and it comes
    /// without them. From the reading thread. Empty: never.
    std::function<bool(TraceId, std::uint64_t stamp)> is_known{};
    SharedPredicate predicate{};  ///< of Scope::trace; null: every trace
    SearchBudget budget{};
};

/// Newest first by (trace time, id). `processed` counts the traces looked at in the range, matched
/// or not.
struct TracePage {
    std::vector<StoredTrace> traces;
    /// For TraceQuery::before; absent at the end. A page that its budget cut short has one too.
    std::optional<TraceCursor> next;
    Lsn as_of;  ///< for TraceQuery::as_of
    std::uint64_t processed = 0;
    Instant oldest;  ///< start of the time that this page covers
    SearchStop stop = SearchStop::none;
};

enum class EncryptionState : std::uint8_t {
    none,      ///< no key is set
    updating,  ///< some data keys are still wrapped under an older master key
    active,    ///< all are wrapped under the active one; older ones may be destroyed
};

struct EncryptionStatus {
    EncryptionState state = EncryptionState::none;
    std::string key_id;  ///< of the active master key, 16 hex digits; tells nothing of the key
    std::uint32_t key_version = 0;
    bool is_mixed = false;  ///< files written before there was a key are not sealed yet
};

/// Where the store stands; for /readyz, /metrics and `tomo`.
struct StoreStatus {
    bool ready = false;      ///< replay is done and writes are accepted
    bool read_only = false;  ///< a second disk failure, or the disk is full
    std::string reason;      ///< why not ready or read-only; "" else
    std::uint64_t replayed_bytes = 0;
    std::uint64_t replay_bytes = 0;
    std::uint64_t open_traces = 0;
    std::uint64_t open_bytes = 0;
    std::uint64_t parts = 0;
    std::uint64_t part_bytes = 0;
    std::uint64_t wal_bytes = 0;
    std::uint64_t damaged_parts = 0;    ///< in use, but for a block that cannot be read
    std::optional<Instant> full_at;     ///< when the room for parts will end, as it goes now
    std::uint64_t quarantined = 0;      ///< files set aside, this start and before
    std::uint64_t redacted_traces = 0;  ///< since this start
    EncryptionStatus encryption;
};

/// Called once, from any thread: success means that the documents are on stable storage and
/// readable.
using Appended = std::function<void(Result<void>)>;

/// Keeps documents and gives them back by trace. The seam between the embedded engine and a
/// cluster. Threads: any. Reads see every append that was answered before they began.
class TraceStore {
 public:
    virtual ~TraceStore() = default;

    /// Hands documents over; never blocks on the disk. All of them are kept or none.
    ///
    /// refused  span ids whose trace is over its size limit are left out; their indexes come back
    /// at once errors   by `done`: unavailable (overload, starting), limit (disk full), io
    virtual std::vector<std::size_t> append(std::vector<Document> documents, Appended done) = 0;

    /// Keeps one telemetry record (a JSON object, opaque to the store) as durably as a document, as
    /// long as the documents' retention. errors: as append; limit when it is larger than
    /// telemetry_record_bytes_max.
    virtual void append_telemetry(std::string json, Appended done) = 0;

    /// The newest records, newest first, at most `limit`.
    virtual Result<std::vector<std::string>> recent_telemetry(std::size_t limit) = 0;

    /// The traces that exist, in the order asked for; absent ids are left out.
    virtual Result<std::vector<StoredTrace>> get(std::span<const TraceId> ids) = 0;

    /// errors: invalid for a predicate that breaks its rules; io
    virtual Result<TracePage> find(const TraceQuery& query) = 0;

    // The reads below look into whole traces: last writes won, whatever part or order the documents
    // came in. Each spends its budget and then gives what it has. errors: as find()

    /// The attributes that the spans of the traces have.
    ///
    /// limit   paths at most; more of them end the read with SearchStop::memory
    virtual Result<AttributeNames> attribute_names(const TraceSelection& traces,
                                                   std::size_t limit = 10'000) = 0;
    /// The values at one path, the most frequent ones.
    virtual Result<AttributeValues> attribute_values(const AttributeValuesQuery& query) = 0;
    /// Counts, flags and durations by the values of a field or an attribute.
    virtual Result<ValueGroups> group(const GroupQuery& query) = 0;
    /// The same of many subjects at once, for traces, without flags and durations. What the budget
    /// allows is spread over the range; subjects that need the documents come last, and of many
    /// traces a sample is enough for those.
    virtual Result<Comparison> compare(const ComparisonQuery& query) = 0;
    /// The traces as requests that came in, by columns where these tell. About 40 bytes a trace.
    virtual Result<TraceEntries> entries(const TraceSelection&) {
        return Error(ErrorCode::unavailable, "this store does not list entries");
    }
    /// The service graph of the traces in `traces`: their cells of every minute that the range
    /// touches. The type is not looked at: a trace counts when it is active in those minutes
    /// (TimeRangeType::event). Of every trace it is graph(), as long as the spans are there, with
    /// bounds of what is there now.
    virtual Result<FilteredGraph> filtered_graph(const TraceSelection& traces,
                                                 GraphGrain grain = GraphGrain::minute) = 0;

    /// Cells of every minute that the range touches, of the traces of one group, exact under late,
    /// duplicate and in-progress data. Where the spans are gone, sums are kept by 5 minutes and
    /// later by hours: such a cell stands under its first minute, and comes whole when the range
    /// touches any of its minutes. A late document of a trace that is gone starts a new trace.
    virtual Result<GraphRollup> graph(TimeRange range, GraphGrain grain = GraphGrain::minute,
                                      GroupId group = {}) = 0;
    /// What the selected cells of graph() by the minute add up to, period by period (series_of()):
    /// of every minute that the range touches. Exact as that.
    virtual Result<GraphSeries> graph_series(const GraphSeriesQuery& query) = 0;

    virtual StoreStatus status() = 0;
};

}  // namespace tomograph
