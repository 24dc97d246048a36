#include "store/part/v1/traces.h"

#include "column/column_block.h"
#include "store/part/arithmetic.h"
#include "store/part/limits.h"

namespace tomograph::part_v1 {
namespace {

using Ints = std::vector<std::int64_t>;

constexpr std::int64_t ns_per_second = 1'000'000'000;

// Column ids on disk.
enum : column::ColumnId {
    trace_id_high = 1,
    trace_id_low = 2,
    trace_second = 3,
    trace_start = 4,
    trace_length = 5,
    trace_segment_end_min = 6,
    trace_segment_end_max = 7,
    trace_span_count = 8,
    trace_flags = 9,
    trace_root_service = 10,
    trace_lsn_max = 11,
    trace_document_block = 12,
    trace_document_offset = 13,
    trace_documents = 14,
    trace_span_first = 15,
    trace_spans = 16,
};

// Fills one member of every row from its column.
template <class Assign>
Result<void> read_ints(const column::ColumnBlockReader& reader, column::ColumnId id,
                       std::vector<PlacedTraceRow>& rows, Assign assign) {
    const Ints ints = TRY(reader.ints(id));
    for (std::size_t i = 0; i < rows.size(); ++i) assign(rows[i].row, rows[i].place, ints[i]);
    return {};
}

using Row = TraceRow;
using Place = TracePlace;

// Times last: each is kept relative to one that is read before it.
Result<void> read_row(const column::ColumnBlockReader& reader, std::vector<PlacedTraceRow>& rows) {
    TRY(read_ints(reader, trace_id_high, rows, [](Row& row, Place&, std::int64_t value) {
        row.id.high = static_cast<std::uint64_t>(value);
    }));
    TRY(read_ints(reader, trace_id_low, rows, [](Row& row, Place&, std::int64_t value) {
        row.id.low = static_cast<std::uint64_t>(value);
    }));
    TRY(read_ints(reader, trace_span_count, rows, [](Row& row, Place&, std::int64_t value) {
        row.span_count = static_cast<std::uint32_t>(value);
    }));
    TRY(read_ints(reader, trace_flags, rows, [](Row& row, Place&, std::int64_t value) {
        row.flags = static_cast<std::uint16_t>(value);
    }));
    TRY(read_ints(reader, trace_lsn_max, rows, [](Row& row, Place&, std::int64_t value) {
        row.lsn_max.value = static_cast<std::uint64_t>(value);
    }));
    TRY(read_ints(reader, trace_second, rows,
                  [](Row& row, Place&, std::int64_t value) { row.trace_second = value; }));
    TRY(read_ints(reader, trace_start, rows, [](Row& row, Place&, std::int64_t value) {
        row.start.ns = wrapping_sum(wrapping_product(row.trace_second, ns_per_second), value);
    }));
    TRY(read_ints(reader, trace_length, rows, [](Row& row, Place&, std::int64_t value) {
        row.end.ns = wrapping_sum(row.start.ns, value);
    }));
    TRY(read_ints(reader, trace_segment_end_min, rows, [](Row& row, Place&, std::int64_t value) {
        row.segment_end_min.ns = wrapping_sum(row.start.ns, value);
    }));
    TRY(read_ints(reader, trace_segment_end_max, rows, [](Row& row, Place&, std::int64_t value) {
        row.segment_end_max.ns = wrapping_difference(row.end.ns, value);
    }));
    const column::Texts services = TRY(reader.texts(trace_root_service));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (services[i].size() > column_text_bytes_max)
            return Error(ErrorCode::corrupt, "root service is too long");
        rows[i].row.root_service = services[i];
    }
    return {};
}

Result<void> read_place(const column::ColumnBlockReader& reader,
                        std::vector<PlacedTraceRow>& rows) {
    TRY(read_ints(reader, trace_document_block, rows, [](Row&, Place& at, std::int64_t value) {
        at.document_block = static_cast<std::uint32_t>(value);
    }));
    TRY(read_ints(reader, trace_document_offset, rows, [](Row&, Place& at, std::int64_t value) {
        at.document_offset = static_cast<std::uint32_t>(value);
    }));
    TRY(read_ints(reader, trace_documents, rows, [](Row&, Place& at, std::int64_t value) {
        at.documents = static_cast<std::uint32_t>(value);
    }));
    TRY(read_ints(reader, trace_span_first, rows, [](Row&, Place& at, std::int64_t value) {
        at.span_first = static_cast<std::uint64_t>(value);
    }));
    TRY(read_ints(reader, trace_spans, rows, [](Row&, Place& at, std::int64_t value) {
        at.spans = static_cast<std::uint32_t>(value);
    }));
    return {};
}

}  // namespace

Result<std::vector<PlacedTraceRow>> decode_trace_block(std::string_view block) {
    const auto reader = TRY(column::ColumnBlockReader::open(block));
    std::vector<PlacedTraceRow> rows(reader.rows());
    TRY(read_row(reader, rows));
    TRY(read_place(reader, rows));
    return rows;
}

Result<std::vector<TraceId>> decode_trace_ids(std::string_view block) {
    const auto reader = TRY(column::ColumnBlockReader::open(block));
    const Ints high = TRY(reader.ints(trace_id_high));
    const Ints low = TRY(reader.ints(trace_id_low));
    std::vector<TraceId> ids(reader.rows());
    for (std::size_t i = 0; i < ids.size(); ++i)
        ids[i] = {static_cast<std::uint64_t>(high[i]), static_cast<std::uint64_t>(low[i])};
    return ids;
}

}  // namespace tomograph::part_v1
