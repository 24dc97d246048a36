#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "model/document.h"
#include "model/graph.h"
#include "model/span.h"
#include "store/part/part_cipher.h"

namespace tomograph {

class PartCache;
struct RollupRead;
struct RollupTable;

/// The core columns of one span, as the part keeps them.
struct SpanRow {
    SpanId id;
    SpanId parent_id;
    Instant start;
    Duration duration;
    std::uint16_t flags = 0;   ///< SpanFlag bits
    std::uint16_t status = 0;  ///< HTTP status; 0 when none
    std::string_view service;  ///< name of the segment it belongs to
    std::string_view name;
};

enum SpanFlag : std::uint16_t {
    span_is_segment = 1,
    span_in_progress = 2,
    span_error = 4,
    span_fault = 8,
    span_throttle = 16,
    span_aws = 32,
    span_remote = 64,
    span_sql = 128,
};

enum TraceFlag : std::uint16_t {
    trace_has_older_rows = 1,  ///< a fragment: earlier parts hold rows of the same trace
    trace_is_partial = 2,
    trace_has_fault = 4,
    trace_has_error = 8,
    trace_has_throttle = 16,
    trace_limit_exceeded = 32,
    /// Its span rows do not say all: a span id stands twice, a span belongs to no segment, a status
    /// does not fit its column, a document could not be read, or the rows were made at different
    /// times. Searches read its documents.
    trace_is_irregular = 64,
    /// Documents of the row are summaries (wire/xray/summary_document.h). What fields and spans say
    /// is as it was.
    trace_is_summary = 128,
};

/// One row of a part's trace table. A trace may have rows in several parts, and several in a merged
/// one; the row with the highest `lsn_max` describes the whole trace as known then, its documents
/// are only those that came since the row before.
struct TraceRow {
    TraceId id;
    std::int64_t trace_second =
        0;          ///< the trace's time in whole seconds: order and TimeRangeType::trace_id
    Instant start;  ///< earliest start of the whole trace
    Instant end;    ///< latest end of the whole trace
    Instant segment_end_min;  ///< earliest and latest end of a segment of the whole trace
    Instant segment_end_max;
    std::uint32_t span_count = 0;  ///< of the whole trace
    std::uint16_t flags = 0;
    std::string root_service;  ///< name of the entry segment's service
    Lsn lsn_max;  ///< every document of this trace up to here is in this part or an older one
};

/// A sealed trace on its way into a part. `documents` by (start, id); `spans` of those documents in
/// the same order, `header.span_count` of each.
///
/// A document's number says which of two versions is newer, nothing else: the flusher gives all
/// documents of a row the row's lsn_max, which costs nothing on disk, since inside a row each span
/// id stands once. Rows that a merge joins keep the numbers apart.
struct PartTrace {
    TraceRow row;
    std::vector<StoredDocument> documents;
    std::vector<SpanRow> spans;  ///< texts borrowed for the call
};

/// A PartTrace whose documents are somebody else's; borrowed for the call.
struct PartTraceView {
    struct Document {
        Lsn lsn;
        const tomograph::Document* document = nullptr;
    };
    const TraceRow& row;
    std::span<const Document> documents;
    std::span<const SpanRow> spans;
};

/// What is known of a part without opening its sections; from the footer.
struct PartFacts {
    std::uint32_t format = 0;
    std::uint64_t traces = 0;
    std::uint64_t spans = 0;
    std::uint64_t documents = 0;
    std::uint64_t bytes = 0;      ///< of the file
    std::int64_t second_min = 0;  ///< of trace_second
    std::int64_t second_max = 0;
    std::int64_t claimed_second_min = 0;  ///< of the ids' first 32 bits: prunes look-ups exactly
    std::int64_t claimed_second_max = 0;
    Instant start_min;  ///< of the rows' start and end: prunes activity ranges
    Instant end_max;
    std::int64_t minute_min = 0;  ///< of the rollup's cells; min > max when there are none
    std::int64_t minute_max = -1;
    Lsn lsn_min;
    Lsn lsn_max;
    bool has_fragments = false;  ///< some row has trace_has_older_rows
    /// The summaries that its rows can have are made; rows of pinned traces are whole.
    bool is_summary = false;
};

/// Rows of a part that stand in the order (trace_second, id, lsn_max), and what is known of them
/// without reading them: a group of rows of docs/formats/part.md.
struct TraceRun {
    std::uint32_t first = 0;  ///< ordinal of the first row
    std::uint32_t rows = 0;
    std::uint64_t spans = 0;
    std::int64_t second_min = 0;  ///< of trace_second
    std::int64_t second_max = 0;
    Instant start_min;  ///< of the rows' start and end
    Instant end_max;
    std::uint16_t flags = 0;  ///< TraceFlag bits that some row has
};

/// The place of a row in the order of its run.
struct TraceKey {
    std::int64_t second = 0;  ///< trace_second
    TraceId id;
};

class GroupReader;

/// Writes one part (docs/formats/part.md). Traces come in the order (trace_second, id), rows of the
/// same trace by lsn_max; groups may be copied before the first of them. Streams: memory is bounded
/// by one group, encoded, and the id index.
class PartWriter {
 public:
    /// Creates `path`, which must not exist; sealed if there are keys.
    static Result<std::unique_ptr<PartWriter>> create(FileSystem& files, const std::string& path,
                                                      PartSeal seal = {});
    virtual ~PartWriter() = default;

    /// errors  limit  a document is too large; io
    virtual Result<void> add(const PartTraceView& trace) = 0;
    Result<void> add(const PartTrace& trace);
    /// Takes over a group of another part as it is: its chunks are copied, not decoded, but opened
    /// and sealed again where a part is sealed.
    virtual Result<void> copy(GroupReader& group) = 0;
    /// The footer will say PartFacts::is_summary.
    virtual void mark_summary() = 0;
    /// Writes rollup, tables and footer, and syncs the file (not its directory).
    virtual Result<PartFacts> finish(const GraphRollup& rollup) = 0;
    virtual Result<PartFacts> finish(const RollupTable& rollup) = 0;
};

/// Reads one part; immutable. Checks every block's checksum as it reads: a damaged block is an
/// error (corrupt) with the file, section and offset; other blocks go on working. Threads: any.
class PartReader {
 public:
    /// Reads and checks header and footer.
    ///
    /// cache   decoded blocks, shared by the readers that are given the same one; null: a small one
    ///         of its own
    /// keys    for a sealed part; null: none was given
    /// errors  corrupt; invalid for a format newer than this program; denied for a sealed part
    ///         without its key
    static Result<std::unique_ptr<PartReader>> open(FileSystem& files, const std::string& path,
                                                    std::shared_ptr<PartCache> cache = nullptr,
                                                    FileKeys* keys = nullptr);
    virtual ~PartReader() = default;

    virtual const PartFacts& facts() const = 0;
    virtual const std::string& path() const = 0;

    /// Ascending by ordinal, together all rows. Parts of format 1 are one run.
    virtual const std::vector<TraceRun>& runs() const = 0;
    /// The columns of a run, for searches; null in parts of format 1.
    virtual Result<std::shared_ptr<GroupReader>> group(std::size_t run) = 0;

    /// Ids of the traces that have a row with trace_has_older_rows.
    virtual Result<std::vector<TraceId>> fragments() = 0;
    /// Ordinals of the rows of that trace, ascending; empty when absent. Reads the id index.
    virtual Result<std::vector<std::uint32_t>> find(TraceId id) = 0;
    /// Every row, in order. Cached by the caller, not here.
    virtual Result<std::vector<TraceRow>> rows() = 0;
    virtual Result<TraceRow> row(std::uint32_t ordinal) = 0;
    /// What a walk needs of a row: a third of the columns.
    virtual Result<TraceKey> key(std::uint32_t ordinal) = 0;
    /// The documents of one row.
    virtual Result<std::vector<StoredDocument>> documents(std::uint32_t ordinal) = 0;
    /// The core columns of one row's spans, as written. Texts live in `texts`.
    virtual Result<std::vector<SpanRow>> spans(std::uint32_t ordinal, Arena& texts) = 0;
    virtual Result<GraphRollup> rollup() = 0;
    /// The same as flat rows, which are cheaper to read and to sum (store/part/rollup.h).
    virtual Result<RollupTable> rollup_table(const RollupRead& read) = 0;
    /// Reads every block and checks it.
    virtual Result<void> verify() = 0;
};

/// Checks a part as far as its checksums tell, which cover a sealed one without its key: every
/// byte of the file is what was written. errors: as PartReader::open(), but never denied
Result<void> check_part(FileSystem& files, const std::string& path);

}  // namespace tomograph
