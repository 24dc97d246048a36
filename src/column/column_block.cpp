#include "column/column_block.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "column/int_chunk.h"
#include "column/limits.h"

namespace tomograph::column {
namespace {

constexpr std::size_t entry_bytes = 12;

}  // namespace

void ColumnBlockWriter::ints(ColumnId id, std::span<const std::int64_t> values) {
    ASSERT(values.size() == rows_);
    const std::size_t offset = chunks_.size();
    encode_ints(values, chunks_);
    entries_.push_back({id, offset, chunks_.size() - offset});
}

void ColumnBlockWriter::texts(ColumnId id, std::span<const std::string_view> values) {
    ASSERT(values.size() == rows_);
    const std::size_t offset = chunks_.size();
    encode_texts(values, chunks_);
    entries_.push_back({id, offset, chunks_.size() - offset});
}

std::string ColumnBlockWriter::finish() && {
    ASSERT(entries_.size() <= block_columns_max);
    std::string block;
    ByteWriter writer(block);
    writer.fixed(static_cast<std::uint32_t>(rows_));
    writer.fixed(static_cast<std::uint32_t>(entries_.size()));
    for (const Entry& entry : entries_) {
        writer.fixed(entry.id);
        writer.fixed(std::uint16_t{0});
        writer.fixed(static_cast<std::uint32_t>(entry.offset));
        writer.fixed(static_cast<std::uint32_t>(entry.bytes));
    }
    writer.raw(chunks_);
    return block;
}

Result<ColumnBlockReader> ColumnBlockReader::open(std::string_view block) {
    ByteReader reader(block);
    ColumnBlockReader opened;
    opened.rows_ = reader.fixed<std::uint32_t>();
    const std::size_t columns = reader.fixed<std::uint32_t>();
    if (reader.failed() || opened.rows_ == 0 || opened.rows_ > block_rows_max ||
        columns > block_columns_max || columns * entry_bytes > reader.remaining())
        return Error(ErrorCode::corrupt,
                     fmt::format("column block of {} columns of {} rows in {} bytes", columns,
                                 opened.rows_, block.size()));
    const std::string_view chunks = block.substr(8 + columns * entry_bytes);
    for (std::size_t i = 0; i < columns; ++i) {
        const auto id = reader.fixed<ColumnId>();
        reader.fixed<std::uint16_t>();
        const std::size_t offset = reader.fixed<std::uint32_t>();
        const std::size_t bytes = reader.fixed<std::uint32_t>();
        if (offset > chunks.size() || bytes > chunks.size() - offset)
            return Error(ErrorCode::corrupt,
                         fmt::format("column {} lies outside of its block", id));
        opened.entries_.push_back({id, chunks.substr(offset, bytes)});
    }
    return opened;
}

Result<std::vector<std::int64_t>> ColumnBlockReader::ints(ColumnId id) const {
    const std::string_view bytes = TRY(chunk(id));
    auto values = TRY_WITHIN(fmt::format("column {}", id), decode_ints(bytes, rows_));
    return values;
}

Result<Texts> ColumnBlockReader::texts(ColumnId id) const {
    const std::string_view bytes = TRY(chunk(id));
    Texts values = TRY_WITHIN(fmt::format("column {}", id), decode_texts(bytes, rows_));
    return values;
}

Result<std::string_view> ColumnBlockReader::chunk(ColumnId id) const {
    for (const Entry& entry : entries_)
        if (entry.id == id) return entry.chunk;
    return Error(ErrorCode::corrupt, fmt::format("the block has no column {}", id));
}

}  // namespace tomograph::column
