#include "store/logs/part_writer.h"

#include <algorithm>

#include "store/logs/limits.h"
#include "store/logs/part_reader.h"
#include "wire/json/escapes.h"

namespace tomograph {

const std::size_t LogPartWriter::log_group_rows_ = log_group_rows;
const std::size_t LogPartWriter::log_group_bytes_ = log_group_bytes;

std::vector<std::string_view> TextPile::views() const {
    std::vector<std::string_view> views;
    views.reserve(ends_.size());
    std::size_t begin = 0;
    for (const std::size_t end : ends_) {
        views.push_back(std::string_view(bytes_).substr(begin, end - begin));
        begin = end;
    }
    return views;
}

std::uint32_t LogPartWriter::stream_of(const LogStream& stream) {
    const auto known = streams_.find(stream);
    if (known != streams_.end()) return known->second;
    const auto index = static_cast<std::uint32_t>(head_.streams.size());
    head_.streams.push_back(stream);
    streams_.emplace(stream, index);
    return index;
}

std::uint32_t LogPartWriter::path_of(std::string_view key) {
    const auto known = paths_.find(std::string(key));
    if (known != paths_.end()) return known->second;
    if (head_.paths.size() >= log_paths_max) return path_rest;
    const auto index = static_cast<std::uint32_t>(head_.paths.size());
    head_.paths.emplace_back(key);
    paths_.emplace(key, index);
    return index;
}

/// Lines of one kind have the same keys in the same order: one shape. Where there are too many
/// shapes, or keys, the attributes stay together.
LogPartWriter::Shape LogPartWriter::shape_of(const LogRow& row) {
    std::vector<std::uint32_t> shape;
    shape.reserve(row.attributes.size());
    bool has_rest = false;
    for (const auto& [key, value] : row.attributes) {
        const std::uint32_t path = path_of(key);
        // A key that comes twice cannot be told apart by its column.
        has_rest |= path == path_rest || std::find(shape.begin(), shape.end(), path) != shape.end();
        shape.push_back(path);
    }
    const auto add = [&](std::vector<std::uint32_t> paths, bool rest) -> Shape {
        const auto index = static_cast<std::uint32_t>(head_.shapes.size());
        head_.shapes.push_back(paths);
        shapes_.emplace(std::move(paths), index);
        return {.index = index, .has_rest = rest};
    };
    if (has_rest) shape = {path_rest};
    if (const auto known = shapes_.find(shape); known != shapes_.end())
        return {.index = known->second, .has_rest = has_rest};
    // The last place is kept for lines whose attributes stay together.
    if (has_rest || head_.shapes.size() + 1 < log_shapes_max) return add(shape, has_rest);
    const auto rest = shapes_.find({path_rest});
    if (rest != shapes_.end()) return {.index = rest->second, .has_rest = true};
    return add({path_rest}, true);
}

void LogPartWriter::add_attributes(const LogRow& row) {
    const Shape shape = shape_of(row);
    ints_[column_shape].push_back(shape.index);
    if (!shape.has_rest) {
        const auto& paths = head_.shapes[shape.index];
        for (std::size_t i = 0; i < paths.size(); ++i)
            attributes_[paths[i]].add(row.attributes[i].second);
        return;
    }
    std::string object = "{";
    for (const auto& [key, value] : row.attributes) {
        if (object.size() > 1) object += ',';
        append_quoted(key, object);
        object += ':';
        object += value;
    }
    object += '}';
    attributes_[path_rest].add(object);
}

Result<void> LogPartWriter::add(const LogRow& row, const LogStream& stream) {
    const std::size_t bytes = text_bytes(row);
    block_.add(row.place, row.severity);
    group_.facts.add(row.place, row.severity);
    block_bytes_ += bytes;
    group_bytes_ += bytes;
    ints_[column_time].push_back(row.place.time.ns);
    ints_[column_lsn].push_back(static_cast<std::int64_t>(row.place.lsn.value));
    ints_[column_index].push_back(row.place.index);
    ints_[column_stream].push_back(stream_of(stream));
    ints_[column_severity].push_back(row.severity);
    const bool has_observed = row.observed != Instant{};
    ints_[column_kind].push_back((row.is_body_json ? kind_body_json : 0) |
                                 (row.is_trace_found ? kind_trace_found : 0) |
                                 (has_observed ? kind_has_observed : 0));
    ints_[column_trace_high].push_back(static_cast<std::int64_t>(row.trace_id.high));
    ints_[column_trace_low].push_back(static_cast<std::int64_t>(row.trace_id.low));
    ints_[column_span].push_back(static_cast<std::int64_t>(row.span_id.value));
    // Wraps, as sums of columns do.
    ints_[column_observed].push_back(
        has_observed ? static_cast<std::int64_t>(static_cast<std::uint64_t>(row.observed.ns) -
                                                 static_cast<std::uint64_t>(row.place.time.ns))
                     : 0);
    ints_[column_flags].push_back(row.flags);
    ints_[column_dropped].push_back(row.dropped_attributes);
    bodies_.add(row.body);
    severity_texts_.add(row.severity_text);
    event_names_.add(row.event_name);
    add_attributes(row);
    if (!row.trace_id.is_zero()) {
        traces_.add(filter_hash(row.trace_id));
        has_traces_ = true;
    }
    words_.add(row.body);
    for (const auto& [key, value] : row.attributes) words_.add(value);
    if (block_.rows < log_block_rows && block_bytes_ < log_block_bytes) return {};
    return end_block();
}

Result<void> LogPartWriter::end_block() {
    if (block_.rows == 0) return {};
    const auto rows = static_cast<std::size_t>(block_.rows);
    column::ColumnBlockWriter columns(rows);
    for (auto& [id, values] : ints_) {
        columns.ints(id, values);
        values.clear();
    }
    column::ColumnBlockWriter texts(rows);
    texts.texts(column_body, bodies_.views());
    texts.texts(column_severity_text, severity_texts_.views());
    texts.texts(column_event_name, event_names_.views());
    std::string attributes;
    for (auto& [path, values] : attributes_) {
        if (values.size() > 0) write_attribute_column(attributes, path, values.views());
        values.clear();
    }
    bodies_.clear();
    severity_texts_.clear();
    event_names_.clear();
    TRY(out_.append(PartSection::log_rows, 0, std::move(columns).finish(), FrameCodec::none));
    TRY(out_.append(PartSection::log_texts, 0, std::move(texts).finish(), FrameCodec::none));
    TRY(out_.append(PartSection::log_attributes, 0, attributes, FrameCodec::none));
    head_.blocks.push_back(block_);
    ++group_.blocks;
    block_ = {};
    block_bytes_ = 0;
    return {};
}

Result<void> LogPartWriter::end_group() {
    TRY(end_block());
    if (group_.facts.rows == 0) return {};
    TRY(out_.append(PartSection::log_heads, 0, encode_head(head_), FrameCodec::zstd));
    const LogGroupFilter filter{.traces = has_traces_ ? traces_.finish() : std::string(),
                                .words = words_.finish()};
    TRY(out_.append(PartSection::log_filters, 0, encode_filter(filter), FrameCodec::zstd));
    groups_.push_back(group_);
    group_ = {};
    head_ = {};
    streams_.clear();
    paths_.clear();
    shapes_.clear();
    attributes_.clear();
    traces_ = {};
    has_traces_ = false;
    words_ = {};
    group_bytes_ = 0;
    return {};
}

Result<void> LogPartWriter::copy_group(const LogPartReader& reader, std::size_t index) {
    ASSERT(group_.facts.rows == 0);
    const LogGroup& group = reader.groups()[index];
    const PartBlockReader& blocks = reader.blocks();
    const auto copy = [&](PartSection section, std::uint32_t block, FrameCodec codec) {
        auto bytes = blocks.read(section, block);
        return bytes ? out_.append(section, 0, *bytes, codec)
                     : Result<void>(std::move(bytes).error());
    };
    for (std::uint32_t i = 0; i < group.blocks; ++i) {
        const std::uint32_t block = group.first_block + i;
        TRY(copy(PartSection::log_rows, block, FrameCodec::none));
        TRY(copy(PartSection::log_texts, block, FrameCodec::none));
        TRY(copy(PartSection::log_attributes, block, FrameCodec::none));
    }
    TRY(copy(PartSection::log_heads, static_cast<std::uint32_t>(index), FrameCodec::zstd));
    TRY(copy(PartSection::log_filters, static_cast<std::uint32_t>(index), FrameCodec::zstd));
    groups_.push_back(group);
    return {};
}

Result<PartFacts> LogPartWriter::finish() {
    TRY(end_group());
    const std::string table = encode_groups(groups_);
    // Twice: it leads to everything else.
    TRY(out_.append(PartSection::log_groups, 0, table, FrameCodec::zstd));
    TRY(out_.append(PartSection::log_groups, 0, table, FrameCodec::zstd));
    LogFacts all;
    for (const LogGroup& group : groups_) all.add(group.facts);
    PartFacts facts;
    facts.spans = all.rows;
    facts.start_min = all.time_min;
    facts.end_max = all.time_max;
    facts.lsn_min = all.lsn_min;
    facts.lsn_max = all.lsn_max;
    return facts;
}

}  // namespace tomograph
