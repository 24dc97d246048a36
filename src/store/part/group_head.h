#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/shred/template_dictionary.h"

namespace tomograph {

/// What a column holds; ids on disk (docs/formats/part.md, "Columns"), a number never changes its
/// meaning.
enum class GroupColumn : std::uint8_t {
    // One value a trace row.
    trace_claimed = 1,    ///< claimed second of the id - trace_second
    trace_id_middle = 2,  ///< lower half of id.high
    trace_id_low = 3,
    trace_second = 4,
    trace_start = 5,            ///< start - trace_second
    trace_length = 6,           ///< end - start
    trace_segment_end_min = 7,  ///< segment_end_min - start
    trace_segment_end_max = 8,  ///< end - segment_end_max
    trace_span_count = 9,       ///< of the whole trace - trace_spans
    trace_flags = 10,
    trace_root_service = 11,
    trace_lsn = 12,
    trace_spans = 13,  ///< spans of the row's documents
    // One value a span.
    span_id = 32,
    span_parent = 33,  ///< where the parent stands: see ParentCode
    span_start = 34,   ///< start - start of the trace row
    span_duration = 35,
    span_flags = 36,
    span_status = 37,
    span_service = 38,
    span_name = 39,
    span_template = 40,  ///< see TemplateCode
    span_children = 41,  ///< entities embedded in it
    span_version = 42,   ///< lsn_max of the trace row - lsn of the document that begins here
    // Spans that have one only.
    span_parent_id = 48,    ///< where span_parent says `elsewhere`
    span_start_scale = 49,  ///< decimals of start_time as it was written
    span_end_scale = 50,
    raw_document = 51,  ///< a document that could not be taken apart, with its header
    // Values of one path, of the spans whose template has it.
    text = 64,
    number = 65,
    literal = 66,
    json = 67,
};

constexpr bool is_trace_column(GroupColumn column) { return column < GroupColumn::span_id; }
/// Each row, or span, has a value.
constexpr bool is_full_column(GroupColumn column) { return column < GroupColumn::span_parent_id; }
constexpr bool is_path_column(GroupColumn column) { return column >= GroupColumn::text; }

/// Where the parent of a span stands: the values of span_parent above these are zigzag(rows back)
/// + 1.
enum ParentCode : std::int64_t {
    parent_none = 0,
    parent_elsewhere = 1,  ///< not in this trace row: span_parent_id has the id
};

/// What a span's text is made by: the values of span_template above these are 2 + the index of the
/// shape.
enum TemplateCode : std::int64_t {
    template_raw = 0,         ///< the document begins here and is kept whole in raw_document
    template_raw_inside = 1,  ///< a further span of it
    template_first = 2,
};

/// A piece of a column: the values of whole blocks.
struct ChunkPlace {
    std::uint32_t first_block = 0;
    std::uint32_t blocks = 0;
    std::uint32_t values = 0;
    std::uint64_t offset = 0;  ///< from the start of the group's chunks
    std::uint32_t bytes = 0;
    std::uint64_t checksum = 0;
};

struct ColumnHead {
    GroupColumn column = GroupColumn::span_id;
    std::uint32_t path = 0;    ///< into the dictionary; path columns only
    bool is_filtered = false;  ///< the group's filter knows every value of it
    /// Values in each block: of spans, or for trace columns of rows.
    std::vector<std::uint32_t> values;
    std::vector<ChunkPlace> chunks;
};

/// Everything about a group but its values: which columns it has and where their chunks are
/// (docs/formats/part.md, "Group head").
struct GroupHead {
    std::uint64_t seed = 0;  ///< of the chunks' checksums; goes with them when they are copied
    std::uint32_t traces = 0;
    std::vector<std::uint32_t> trace_block_spans;  ///< spans of each trace_block_rows rows
    std::vector<std::uint32_t> block_spans;        ///< spans of each block
    TemplateDictionary dictionary;    ///< the spans' shapes and the paths of their slots
    std::vector<ColumnHead> columns;  ///< by (column, path)

    std::uint32_t spans() const;
    std::uint64_t chunk_bytes() const;
    /// Index of the column; npos when the group has none.
    static constexpr std::size_t npos = ~std::size_t{0};
    std::size_t find(GroupColumn column, std::uint32_t path = 0) const;
    /// Memory of the decoded head.
    std::size_t bytes() const;
};

/// The checksum of a chunk: covers which chunk of which group it is.
std::uint64_t chunk_checksum(std::uint64_t seed, std::size_t column, std::size_t chunk,
                             std::string_view bytes);

std::string encode_group_head(const GroupHead& head);
/// Checks that counts and places fit each other, so that readers need not.
/// errors  corrupt
Result<GroupHead> decode_group_head(std::string_view bytes);

}  // namespace tomograph
