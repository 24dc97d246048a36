#include "store/logs/part_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"
#include "column/text_chunk.h"
#include "store/logs/limits.h"

namespace tomograph {
namespace {

constexpr std::uint64_t version = 1;

Error cut_short(std::string_view what) {
    return Error(ErrorCode::corrupt, fmt::format("{}: not what was written", what));
}

Result<void> check_version(ByteReader& reader, std::string_view what) {
    const std::uint64_t found = reader.varint();
    if (reader.failed() || found == 0) return cut_short(what);
    if (found > version)
        return Error(ErrorCode::invalid,
                     fmt::format("{} of version {}, this program reads {}", what, found, version));
    return {};
}

void write_facts(ByteWriter& writer, const LogFacts& facts) {
    writer.varint(facts.rows);
    writer.fixed(facts.time_min.ns);
    writer.fixed(facts.time_max.ns);
    writer.varint(facts.lsn_min.value);
    writer.varint(facts.lsn_max.value);
    writer.fixed(facts.severity_max);
}

LogFacts read_facts(ByteReader& reader) {
    LogFacts facts;
    facts.rows = reader.varint();
    facts.time_min.ns = reader.fixed<std::int64_t>();
    facts.time_max.ns = reader.fixed<std::int64_t>();
    facts.lsn_min.value = reader.varint();
    facts.lsn_max.value = reader.varint();
    facts.severity_max = reader.fixed<std::uint8_t>();
    return facts;
}

Result<void> read_shapes(ByteReader& reader, LogGroupHead& head) {
    const std::uint64_t shapes = reader.varint();
    if (shapes > log_shapes_max) return cut_short("log head: shapes");
    for (std::uint64_t i = 0; i < shapes && !reader.failed(); ++i) {
        const std::uint64_t count = reader.varint();
        if (count > log_attributes_max + 1) return cut_short("log head: a shape");
        std::vector<std::uint32_t> shape;
        for (std::uint64_t k = 0; k < count && !reader.failed(); ++k) {
            const std::uint64_t path = reader.varint();
            const bool is_rest = path == path_rest && k + 1 == count;
            if (path >= head.paths.size() && !is_rest) return cut_short("log head: a path");
            shape.push_back(static_cast<std::uint32_t>(path));
        }
        head.shapes.push_back(std::move(shape));
    }
    return {};
}

}  // namespace

void LogFacts::add(const LogPlace& place, std::uint8_t severity) {
    add({.rows = 1,
         .time_min = place.time,
         .time_max = place.time,
         .lsn_min = place.lsn,
         .lsn_max = place.lsn,
         .severity_max = severity});
}

void LogFacts::add(const LogFacts& other) {
    if (rows == 0) {
        *this = other;
        return;
    }
    rows += other.rows;
    time_min = std::min(time_min, other.time_min);
    time_max = std::max(time_max, other.time_max);
    lsn_min = std::min(lsn_min, other.lsn_min);
    lsn_max = std::max(lsn_max, other.lsn_max);
    severity_max = std::max(severity_max, other.severity_max);
}

std::string encode_groups(const std::vector<LogGroup>& groups) {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.varint(version);
    writer.varint(groups.size());
    for (const LogGroup& group : groups) {
        write_facts(writer, group.facts);
        writer.varint(group.blocks);
    }
    return bytes;
}

Result<std::vector<LogGroup>> decode_groups(std::string_view bytes) {
    ByteReader reader(bytes);
    TRY(check_version(reader, "log groups"));
    const std::uint64_t count = reader.varint();
    if (count > bytes.size()) return cut_short("log groups");
    std::vector<LogGroup> groups;
    std::uint32_t first = 0;
    for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
        LogGroup group{.facts = read_facts(reader), .first_block = first, .blocks = 0};
        const std::uint64_t blocks = reader.varint();
        if (blocks > log_blocks_max) return cut_short("log groups: blocks");
        group.blocks = static_cast<std::uint32_t>(blocks);
        first += group.blocks;
        groups.push_back(group);
    }
    if (reader.failed()) return cut_short("log groups");
    return groups;
}

std::string encode_head(const LogGroupHead& head) {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.varint(version);
    writer.varint(head.streams.size());
    for (const LogStream& stream : head.streams) {
        writer.text(stream.service);
        writer.text(stream.resource);
        writer.text(stream.scope);
    }
    writer.varint(head.paths.size());
    for (const std::string& path : head.paths) writer.text(path);
    writer.varint(head.shapes.size());
    for (const auto& shape : head.shapes) {
        writer.varint(shape.size());
        for (const std::uint32_t path : shape) writer.varint(path);
    }
    writer.varint(head.blocks.size());
    for (const LogFacts& block : head.blocks) write_facts(writer, block);
    return bytes;
}

Result<LogGroupHead> decode_head(std::string_view bytes) {
    ByteReader reader(bytes);
    TRY(check_version(reader, "log head"));
    LogGroupHead head;
    const std::uint64_t streams = reader.varint();
    if (streams > log_streams_max) return cut_short("log head: streams");
    for (std::uint64_t i = 0; i < streams && !reader.failed(); ++i) {
        LogStream stream;
        stream.service = reader.text();
        stream.resource = reader.text();
        stream.scope = reader.text();
        head.streams.push_back(std::move(stream));
    }
    const std::uint64_t paths = reader.varint();
    if (paths > log_paths_max) return cut_short("log head: paths");
    for (std::uint64_t i = 0; i < paths && !reader.failed(); ++i)
        head.paths.emplace_back(reader.text());
    TRY(read_shapes(reader, head));
    const std::uint64_t blocks = reader.varint();
    if (blocks > log_blocks_max) return cut_short("log head: blocks");
    for (std::uint64_t i = 0; i < blocks && !reader.failed(); ++i) {
        head.blocks.push_back(read_facts(reader));
        const std::uint64_t rows = head.blocks.back().rows;
        if (rows == 0 || rows > log_block_rows) return cut_short("log head: rows of a block");
    }
    if (reader.failed()) return cut_short("log head");
    return head;
}

std::string encode_filter(const LogGroupFilter& filter) {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.varint(version);
    writer.text(filter.traces);
    writer.text(filter.words);
    return bytes;
}

Result<LogGroupFilter> decode_filter(std::string_view bytes) {
    ByteReader reader(bytes);
    TRY(check_version(reader, "log filter"));
    LogGroupFilter filter;
    filter.traces = reader.text();
    filter.words = reader.text();
    if (reader.failed()) return cut_short("log filter");
    return filter;
}

std::uint64_t filter_hash(TraceId id) { return mix64(id.high ^ mix64(id.low)); }

void write_attribute_column(std::string& out, std::uint32_t path,
                            const std::vector<std::string_view>& values) {
    std::string chunk;
    column::encode_texts(values, chunk);
    ByteWriter writer(out);
    writer.varint(path);
    writer.varint(values.size());
    writer.text(chunk);
}

Result<std::vector<AttributeColumn>> read_attribute_columns(std::string_view block) {
    ByteReader reader(block);
    std::vector<AttributeColumn> columns;
    while (reader.remaining() > 0) {
        const std::uint64_t path = reader.varint();
        const std::uint64_t rows = reader.varint();
        const std::string_view chunk = reader.text();
        if (reader.failed() || path > path_rest || rows > log_block_rows)
            return cut_short("log attributes");
        columns.push_back({.path = static_cast<std::uint32_t>(path),
                           .rows = static_cast<std::uint32_t>(rows),
                           .chunk = chunk});
    }
    return columns;
}

}  // namespace tomograph
