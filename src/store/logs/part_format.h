#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "column/column_block.h"
#include "store/log_store.h"

namespace tomograph {

// What the sections of a part of logs hold (docs/formats/logs.md).

/// Columns of log_rows.
inline constexpr column::ColumnId column_time = 1;
inline constexpr column::ColumnId column_lsn = 2;
inline constexpr column::ColumnId column_index = 3;
inline constexpr column::ColumnId column_stream = 4;
inline constexpr column::ColumnId column_severity = 5;
inline constexpr column::ColumnId column_kind = 6;
inline constexpr column::ColumnId column_trace_high = 7;
inline constexpr column::ColumnId column_trace_low = 8;
inline constexpr column::ColumnId column_span = 9;
inline constexpr column::ColumnId column_shape = 10;
inline constexpr column::ColumnId column_observed = 11;
inline constexpr column::ColumnId column_flags = 12;
inline constexpr column::ColumnId column_dropped = 13;
/// Columns of log_texts.
inline constexpr column::ColumnId column_body = 1;
inline constexpr column::ColumnId column_severity_text = 2;
inline constexpr column::ColumnId column_event_name = 3;

/// Bits of column_kind.
inline constexpr std::int64_t kind_body_json = 1;
inline constexpr std::int64_t kind_trace_found = 2;
inline constexpr std::int64_t kind_has_observed = 4;

/// What is known of some lines without reading them.
struct LogFacts {
    std::uint64_t rows = 0;
    Instant time_min;
    Instant time_max;
    Lsn lsn_min;
    Lsn lsn_max;
    std::uint8_t severity_max = 0;

    void add(const LogPlace& place, std::uint8_t severity);
    void add(const LogFacts& other);
};

struct LogGroup {
    LogFacts facts;
    std::uint32_t first_block = 0;
    std::uint32_t blocks = 0;
};

/// The section log_groups. errors: corrupt, invalid (a newer form)
std::string encode_groups(const std::vector<LogGroup>& groups);
Result<std::vector<LogGroup>> decode_groups(std::string_view bytes);

/// What the blocks of a group share.
struct LogGroupHead {
    std::vector<LogStream> streams;
    std::vector<std::string> paths;                  ///< keys of attributes that have a column
    std::vector<std::vector<std::uint32_t>> shapes;  ///< the paths of a line's attributes, in order
    std::vector<LogFacts> blocks;
};

/// A shape with this path at its end has attributes that stand together as one JSON object.
inline constexpr std::uint32_t path_rest = 0xffff;

std::string encode_head(const LogGroupHead& head);
Result<LogGroupHead> decode_head(std::string_view bytes);

/// The section log_filters, one block a group.
struct LogGroupFilter {
    std::string traces;  ///< a value filter of trace ids; "": lines without any
    std::string words;   ///< WordList; "": any word may be there
};
std::string encode_filter(const LogGroupFilter& filter);
Result<LogGroupFilter> decode_filter(std::string_view bytes);

/// Of a trace id in LogGroupFilter::traces.
std::uint64_t filter_hash(TraceId id);

/// The values of one path in a block: those of the lines whose shape has it, in their order.
struct AttributeColumn {
    std::uint32_t path = 0;
    std::uint32_t rows = 0;
    std::string_view chunk;
};
void write_attribute_column(std::string& out, std::uint32_t path,
                            const std::vector<std::string_view>& values);
Result<std::vector<AttributeColumn>> read_attribute_columns(std::string_view block);

}  // namespace tomograph
