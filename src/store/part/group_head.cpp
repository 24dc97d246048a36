#include "store/part/group_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "base/bytes.h"
#include "base/crypto/seal.h"
#include "base/hash.h"
#include "column/limits.h"
#include "store/part/limits.h"

namespace tomograph {
namespace {

constexpr std::uint64_t head_version = 1;
constexpr std::uint64_t head_version_with_forms = 2;
constexpr std::uint64_t chunk_bytes_max = frame_bytes_max + seal_tag_bytes;

Error damaged(std::string_view what) {
    return Error(ErrorCode::corrupt, fmt::format("group head: {}", what));
}

void write_column(const ColumnHead& column, ByteWriter& writer) {
    writer.fixed(static_cast<std::uint8_t>(column.column));
    writer.varint(std::uint64_t{column.path} << 1 | (column.is_filtered ? 1 : 0));
    // Counts of full columns repeat those of the blocks; zstd makes nothing of them.
    for (const std::uint32_t values : column.values) writer.varint(values);
    writer.varint(column.chunks.size());
    for (const ChunkPlace& chunk : column.chunks) {
        writer.varint(chunk.blocks);
        writer.varint(chunk.bytes);
        writer.fixed(chunk.checksum);
    }
}

std::vector<std::uint32_t> trace_blocks(std::uint32_t traces) {
    std::vector<std::uint32_t> blocks;
    for (std::uint32_t first = 0; first < traces; first += trace_block_rows)
        blocks.push_back(std::min<std::uint32_t>(trace_block_rows, traces - first));
    return blocks;
}

class HeadDecoder {
 public:
    explicit HeadDecoder(std::string_view bytes) : reader_(bytes) {}

    Result<GroupHead> run() {
        const std::uint64_t version = reader_.varint();
        if (version != head_version && version != head_version_with_forms)
            return damaged("version");
        head_.seed = reader_.fixed<std::uint64_t>();
        TRY(read_counts());
        TRY(read_dictionary(version));
        const std::uint64_t columns = reader_.varint();
        if (columns > group_columns_max) return damaged("number of columns");
        for (std::uint64_t i = 0; i < columns; ++i) TRY(read_column());
        if (reader_.failed() || reader_.remaining() != 0) return damaged("it is cut short");
        return std::move(head_);
    }

 private:
    Result<void> read_counts() {
        const std::uint64_t traces = reader_.varint();
        if (reader_.failed() || traces == 0 || traces > traces_max) return damaged("traces");
        head_.traces = static_cast<std::uint32_t>(traces);
        trace_blocks_ = trace_blocks(head_.traces);
        std::uint64_t spans_of_traces = 0;
        for (std::size_t i = 0; i < trace_blocks_.size(); ++i) {
            const std::uint64_t spans = reader_.varint();
            if (spans > spans_max - spans_of_traces) return damaged("spans of its rows");
            head_.trace_block_spans.push_back(static_cast<std::uint32_t>(spans));
            spans_of_traces += spans;
        }
        const std::uint64_t blocks = reader_.varint();
        if (blocks > group_blocks_max) return damaged("number of blocks");
        std::uint64_t spans = 0;
        for (std::uint64_t i = 0; i < blocks; ++i) {
            const std::uint64_t rows = reader_.varint();
            if (rows == 0 || rows > span_block_rows) return damaged("spans of a block");
            head_.block_spans.push_back(static_cast<std::uint32_t>(rows));
            spans += rows;
        }
        if (spans != spans_of_traces) return damaged("number of spans");
        return {};
    }

    Result<void> read_dictionary(std::uint64_t version) {
        const std::string_view bytes = reader_.text();
        if (reader_.failed()) return damaged("dictionary");
        head_.dictionary = TRY_WITHIN("group head", decode_dictionary(bytes));
        if (has_forms(head_.dictionary) != (version == head_version_with_forms))
            return damaged("its version does not fit the dictionary");
        return {};
    }

    Result<void> read_column() {
        ColumnHead column;
        column.column = static_cast<GroupColumn>(reader_.fixed<std::uint8_t>());
        const std::uint64_t path_and_flag = reader_.varint();
        const std::uint64_t path = path_and_flag >> 1;
        column.is_filtered = (path_and_flag & 1) != 0;
        if (path >= std::max<std::uint64_t>(1, head_.dictionary.paths.size()))
            return damaged("path");
        column.path = static_cast<std::uint32_t>(path);
        const auto& blocks = is_trace_column(column.column) ? trace_blocks_ : head_.block_spans;
        for (const std::uint32_t rows : blocks) {
            const std::uint64_t values = reader_.varint();
            if (values > rows || (is_full_column(column.column) && values != rows))
                return damaged("values of a block");
            column.values.push_back(static_cast<std::uint32_t>(values));
        }
        TRY(read_chunks(column));
        const auto key = std::tuple(column.column, column.path);
        if (!head_.columns.empty() &&
            key <= std::tuple(head_.columns.back().column, head_.columns.back().path))
            return damaged("columns out of order");
        head_.columns.push_back(std::move(column));
        return {};
    }

    Result<void> read_chunks(ColumnHead& column) {
        const std::uint64_t chunks = reader_.varint();
        if (chunks > column.values.size()) return damaged("number of chunks");
        std::uint32_t block = 0;
        for (std::uint64_t i = 0; i < chunks; ++i) {
            ChunkPlace chunk;
            chunk.first_block = block;
            const std::uint64_t blocks = reader_.varint();
            const std::uint64_t bytes = reader_.varint();
            if (blocks == 0 || blocks > column.values.size() - block || bytes > chunk_bytes_max)
                return damaged("place of a chunk");
            chunk.blocks = static_cast<std::uint32_t>(blocks);
            chunk.bytes = static_cast<std::uint32_t>(bytes);
            chunk.checksum = reader_.fixed<std::uint64_t>();
            std::uint64_t values = 0;
            for (std::uint64_t covered = 0; covered < blocks; ++covered)
                values += column.values[block++];
            if (values > column::block_rows_max) return damaged("values of a chunk");
            chunk.values = static_cast<std::uint32_t>(values);
            chunk.offset = offset_;
            offset_ += bytes;
            column.chunks.push_back(chunk);
        }
        if (block != column.values.size()) return damaged("blocks without a chunk");
        return {};
    }

    static constexpr std::uint64_t spans_max = group_blocks_max * span_block_rows;
    /// Rows may have no spans, but a row takes at least a byte on disk.
    static constexpr std::uint64_t traces_max = group_blocks_max * trace_block_rows;

    ByteReader reader_;
    GroupHead head_;
    std::vector<std::uint32_t> trace_blocks_;
    std::uint64_t offset_ = 0;
};

}  // namespace

std::uint32_t GroupHead::spans() const {
    return std::accumulate(block_spans.begin(), block_spans.end(), std::uint32_t{0});
}

std::uint64_t GroupHead::chunk_bytes() const {
    std::uint64_t bytes = 0;
    for (const ColumnHead& column : columns)
        for (const ChunkPlace& chunk : column.chunks) bytes += chunk.bytes;
    return bytes;
}

std::size_t GroupHead::find(GroupColumn column, std::uint32_t path) const {
    const auto found = std::lower_bound(
        columns.begin(), columns.end(), std::tuple(column, path),
        [](const ColumnHead& a, const auto& key) { return std::tuple(a.column, a.path) < key; });
    if (found == columns.end() || found->column != column || found->path != path) return npos;
    return static_cast<std::size_t>(found - columns.begin());
}

std::size_t GroupHead::bytes() const {
    std::size_t bytes = sizeof *this + dictionary.bytes();
    for (const ColumnHead& column : columns)
        bytes += sizeof column + column.values.size() * sizeof(std::uint32_t) +
                 column.chunks.size() * sizeof(ChunkPlace);
    return bytes;
}

std::uint64_t chunk_checksum(std::uint64_t seed, std::size_t column, std::size_t chunk,
                             std::string_view bytes) {
    return hash64(bytes, mix64(seed ^ mix64(column << 32 | chunk)));
}

std::string encode_group_head(const GroupHead& head) {
    ASSERT(head.columns.size() <= group_columns_max);
    std::string bytes;
    ByteWriter writer(bytes);
    writer.varint(has_forms(head.dictionary) ? head_version_with_forms : head_version);
    writer.fixed(head.seed);
    writer.varint(head.traces);
    for (const std::uint32_t spans : head.trace_block_spans) writer.varint(spans);
    writer.varint(head.block_spans.size());
    for (const std::uint32_t rows : head.block_spans) writer.varint(rows);
    std::string dictionary;
    encode_dictionary(head.dictionary, dictionary);
    writer.text(dictionary);
    writer.varint(head.columns.size());
    for (const ColumnHead& column : head.columns) write_column(column, writer);
    return bytes;
}

Result<GroupHead> decode_group_head(std::string_view bytes) { return HeadDecoder(bytes).run(); }

}  // namespace tomograph
