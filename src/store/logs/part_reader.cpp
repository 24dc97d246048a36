#include "store/logs/part_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "column/text_chunk.h"
#include "store/logs/limits.h"
#include "store/logs/rest_object.h"

namespace tomograph {

Result<std::unique_ptr<LogPartReader>> LogPartReader::open(const PartBlockReader& blocks) {
    std::unique_ptr<LogPartReader> reader(new LogPartReader(blocks));
    auto table = blocks.read(PartSection::log_groups, 0);
    if (!table && table.error().code() == ErrorCode::corrupt) {
        log_warn("part is damaged, the copy is read",
                 {{"part", blocks.path()}, {"error", table.error()}});
        table = blocks.read(PartSection::log_groups, 1);
    }
    if (!table) return std::move(table).error();
    reader->groups_ = TRY_WITHIN(blocks.path(), decode_groups(*table));
    std::uint64_t count = 0;
    for (const LogGroup& group : reader->groups_) count += group.blocks;
    if (count != blocks.blocks(PartSection::log_rows) ||
        count != blocks.blocks(PartSection::log_texts) ||
        count != blocks.blocks(PartSection::log_attributes) ||
        reader->groups_.size() != blocks.blocks(PartSection::log_heads))
        return Error(ErrorCode::corrupt,
                     fmt::format("{}: {} blocks of {} groups do not fit its sections",
                                 blocks.path(), count, reader->groups_.size()));
    return reader;
}

Result<std::shared_ptr<const LogGroupHead>> LogPartReader::head(std::size_t group) const {
    const std::string bytes =
        TRY(blocks_.read(PartSection::log_heads, static_cast<std::uint32_t>(group)));
    auto head = std::make_shared<LogGroupHead>(TRY(decode_head(bytes)));
    if (head->blocks.size() != groups_[group].blocks)
        return Error(ErrorCode::corrupt,
                     fmt::format("{}: group {} has {} blocks, its head {}", blocks_.path(), group,
                                 groups_[group].blocks, head->blocks.size()));
    return std::shared_ptr<const LogGroupHead>(std::move(head));
}

Result<LogGroupFilter> LogPartReader::filter(std::size_t group) const {
    const std::string bytes =
        TRY(blocks_.read(PartSection::log_filters, static_cast<std::uint32_t>(group)));
    return decode_filter(bytes);
}

Result<LogBlock> LogBlock::read(const LogPartReader& part, std::size_t group, std::size_t block,
                                std::shared_ptr<const LogGroupHead> head) {
    LogBlock made;
    made.blocks_ = &part.blocks();
    made.number_ = part.groups()[group].first_block + static_cast<std::uint32_t>(block);
    made.head_ = std::move(head);
    const std::string bytes = TRY(made.blocks_->read(PartSection::log_rows, made.number_));
    const auto columns = TRY(column::ColumnBlockReader::open(bytes));
    made.times_ = TRY(columns.ints(column_time));
    made.lsns_ = TRY(columns.ints(column_lsn));
    made.indexes_ = TRY(columns.ints(column_index));
    made.streams_ = TRY(columns.ints(column_stream));
    made.severities_ = TRY(columns.ints(column_severity));
    made.kinds_ = TRY(columns.ints(column_kind));
    made.trace_highs_ = TRY(columns.ints(column_trace_high));
    made.trace_lows_ = TRY(columns.ints(column_trace_low));
    made.spans_ = TRY(columns.ints(column_span));
    made.shapes_ = TRY(columns.ints(column_shape));
    made.observed_ = TRY(columns.ints(column_observed));
    made.flags_ = TRY(columns.ints(column_flags));
    made.dropped_ = TRY(columns.ints(column_dropped));
    const auto is_below = [](const std::vector<std::int64_t>& values, std::size_t bound) {
        return std::all_of(values.begin(), values.end(), [&](std::int64_t value) {
            return value >= 0 && static_cast<std::uint64_t>(value) < bound;
        });
    };
    if (columns.rows() != made.head_->blocks[block].rows ||
        !is_below(made.streams_, made.head_->streams.size()) ||
        !is_below(made.shapes_, made.head_->shapes.size()) ||
        !is_below(made.severities_, severity_max + std::size_t{1}))
        return Error(ErrorCode::corrupt,
                     fmt::format("{}: log block {} does not fit its group's head",
                                 part.blocks().path(), made.number_));
    return made;
}

LogRow LogBlock::row(std::size_t index) const {
    LogRow row;
    row.place = {.time = {times_[index]},
                 .lsn = {static_cast<std::uint64_t>(lsns_[index])},
                 .index = static_cast<std::uint32_t>(indexes_[index])};
    row.stream = static_cast<std::uint32_t>(streams_[index]);
    row.severity = static_cast<std::uint8_t>(severities_[index]);
    const std::int64_t kind = kinds_[index];
    row.is_body_json = (kind & kind_body_json) != 0;
    row.is_trace_found = (kind & kind_trace_found) != 0;
    row.trace_id = {.high = static_cast<std::uint64_t>(trace_highs_[index]),
                    .low = static_cast<std::uint64_t>(trace_lows_[index])};
    row.span_id = {static_cast<std::uint64_t>(spans_[index])};
    if (kind & kind_has_observed)
        row.observed.ns = static_cast<std::int64_t>(static_cast<std::uint64_t>(times_[index]) +
                                                    static_cast<std::uint64_t>(observed_[index]));
    row.flags = static_cast<std::uint32_t>(flags_[index]);
    row.dropped_attributes = static_cast<std::uint32_t>(dropped_[index]);
    return row;
}

Result<void> LogBlock::load(LogColumns columns) {
    if (columns.texts && !has_texts_) TRY(load_texts());
    if (columns.attributes && !has_attributes_) TRY(load_attributes());
    return {};
}

Result<void> LogBlock::load_texts() {
    const std::string bytes = TRY(blocks_->read(PartSection::log_texts, number_));
    const auto columns = TRY(column::ColumnBlockReader::open(bytes));
    bodies_ = TRY(columns.texts(column_body));
    severity_texts_ = TRY(columns.texts(column_severity_text));
    event_names_ = TRY(columns.texts(column_event_name));
    if (bodies_.size() != rows())
        return Error(ErrorCode::corrupt,
                     fmt::format("{}: log block {} has {} rows and {} texts", blocks_->path(),
                                 number_, rows(), bodies_.size()));
    has_texts_ = true;
    return {};
}

Result<void> LogBlock::load_attributes() {
    const std::string bytes = TRY(blocks_->read(PartSection::log_attributes, number_));
    std::vector<std::uint32_t> column_of(log_paths_max + 1, path_rest);
    const auto slot = [](std::uint32_t path) {
        return path == path_rest ? log_paths_max : std::size_t{path};
    };
    const auto columns = TRY(read_attribute_columns(bytes));
    for (const AttributeColumn& column : columns) {
        if (slot(column.path) > log_paths_max)
            return Error(ErrorCode::corrupt, "log attributes: a path beyond the bound");
        column_of[slot(column.path)] = static_cast<std::uint32_t>(columns_.size());
        columns_.emplace_back(column.path, TRY(column::decode_texts(column.chunk, column.rows)));
    }
    std::vector<std::uint32_t> used(columns_.size());
    first_value_.reserve(rows() + 1);
    for (std::size_t i = 0; i < rows(); ++i) {
        first_value_.push_back(static_cast<std::uint32_t>(values_.size()));
        for (const std::uint32_t path : head_->shapes[static_cast<std::size_t>(shapes_[i])]) {
            const std::uint32_t column = column_of[slot(path)];
            if (column == path_rest || used[column] >= columns_[column].second.size())
                return Error(ErrorCode::corrupt,
                             fmt::format("{}: log block {}: line {} lacks an attribute",
                                         blocks_->path(), number_, i));
            values_.emplace_back(column, used[column]++);
        }
    }
    first_value_.push_back(static_cast<std::uint32_t>(values_.size()));
    has_attributes_ = true;
    return {};
}

void LogBlock::fill(std::size_t index, LogRow& row) const {
    if (has_texts_) {
        row.body = bodies_[index];
        row.severity_text = severity_texts_[index];
        row.event_name = event_names_[index];
    }
    if (!has_attributes_) return;
    row.attributes.clear();
    for (std::size_t at = first_value_[index]; at < first_value_[index + 1]; ++at) {
        const auto [column, place] = values_[at];
        const auto& [path, texts] = columns_[column];
        if (path == path_rest)
            read_rest_object(texts[place], row);
        else
            row.attributes.emplace_back(head_->paths[path], texts[place]);
    }
}

}  // namespace tomograph
