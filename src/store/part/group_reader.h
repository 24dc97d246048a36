#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "column/code_chunk.h"
#include "column/decimal_chunk.h"
#include "column/int_chunk.h"
#include "column/text_chunk.h"
#include "store/part/block_reader.h"
#include "store/part/cache.h"
#include "store/part/group_facts.h"
#include "store/part/group_head.h"
#include "store/part/part.h"

namespace tomograph {

/// A head, and where the values of its templates' slots and its objects' members are.
struct GroupLayout {
    GroupHead head;
    std::vector<std::uint32_t> block_first;  ///< first span of each block, and one past the last
    /// For each template, the column of each slot but children's: npos where the span's row has it,
    /// and of objects.
    std::vector<std::vector<std::uint32_t>> slot_columns;
    std::vector<std::uint32_t> member_columns;  ///< of the members of objects
    static constexpr std::uint32_t npos = ~std::uint32_t{0};

    /// errors  corrupt  a template needs a column that is not there
    static Result<GroupLayout> make(GroupHead head);
    std::size_t bytes() const;

    /// How many values span_template may have.
    std::size_t codes() const { return template_first + head.dictionary.shapes.size(); }
    /// Calls with each column that a row of this shape has a value in.
    template <class Visit>
    void each_column(const RowShape& shape, const Visit& visit) const {
        for (const std::uint32_t column : slot_columns[shape.template_index])
            if (column != npos) visit(column);
        for (const std::uint32_t form : head.dictionary.forms_of(shape))
            for (const std::uint32_t member : head.dictionary.objects.members_of(form))
                visit(member_columns[member]);
    }
};

/// Spans of a group, counted from its first.
struct SpanRange {
    std::uint32_t first = 0;
    std::uint32_t end = 0;
};

/// Reads the columns of one group; each chunk is checked, opened once and kept in the cache.
/// Borrows from the part's reader. Threads: any.
class GroupReader {
 public:
    struct Source {
        const PartBlockReader* blocks = nullptr;
        std::shared_ptr<PartCache> cache;
        std::uint64_t cache_id = 0;
        std::uint32_t index = 0;  ///< of the group in its part
        const GroupFacts* facts = nullptr;
    };
    /// errors  corrupt, io
    static Result<std::shared_ptr<GroupReader>> open(Source source);

    const GroupFacts& facts() const { return *source_.facts; }
    const GroupHead& head() const { return layout_->head; }
    const GroupLayout& layout() const { return *layout_; }
    const PartBlockReader& blocks() const { return *source_.blocks; }

    /// A chunk of the column with this index in the head. Column and type must fit.
    /// errors  corrupt, with the file and the place; io
    Result<std::shared_ptr<const column::IntChunk>> ints(std::size_t column, std::size_t chunk);
    Result<std::shared_ptr<const column::TextChunk>> texts(std::size_t column, std::size_t chunk);
    Result<std::shared_ptr<const column::DecimalChunk>> decimals(std::size_t column,
                                                                 std::size_t chunk);
    Result<std::shared_ptr<const column::CodeChunk>> codes(std::size_t column, std::size_t chunk);

    /// The first span of each row of a block of trace rows, and one past the last row's.
    Result<std::shared_ptr<const std::vector<std::uint32_t>>> trace_spans(std::size_t block);
    /// What span_template says of each span of a block.
    Result<std::shared_ptr<const std::vector<std::uint32_t>>> template_codes(std::size_t block);
    /// For value_hash() of the values of columns that are filtered. May be empty.
    Result<std::string> filter();

    /// Rows count from 0 in the group.
    Result<TraceRow> row(std::uint32_t row);
    Result<TraceKey> key(std::uint32_t row);
    /// Of all rows of a block; at most trace_block_rows.
    Result<std::shared_ptr<const std::vector<TraceKey>>> key_block(std::size_t block);
    Result<std::shared_ptr<const std::vector<TraceRow>>> row_block(std::size_t block);
    Result<std::vector<StoredDocument>> documents(std::uint32_t row);
    Result<std::vector<SpanRow>> spans(std::uint32_t row, Arena& texts);

    /// The bytes of a chunk, checked, and opened in a sealed part.
    Result<std::string> chunk_bytes(std::size_t column, std::size_t chunk) const;
    /// Reads and checks every chunk, and puts every document together. errors: corrupt, io
    Result<void> verify();

    Error damaged(std::string_view what) const;

 private:
    GroupReader(Source source, std::shared_ptr<const GroupLayout> layout)
        : source_(std::move(source)), layout_(std::move(layout)) {}

    template <class Chunk>
    Result<std::shared_ptr<const Chunk>> open_chunk(std::size_t column, std::size_t chunk);
    PartCache::Key key(std::uint16_t section, std::uint32_t index) const;
    Result<std::vector<TraceRow>> read_row_block(std::size_t block);
    Result<std::vector<TraceKey>> read_key_block(std::size_t block);
    /// The values of a trace column in a block; as many as the block has rows.
    Result<std::vector<std::int64_t>> trace_values(GroupColumn kind, std::size_t block);
    Result<GroupHead> read_head() const;
    Result<SpanRange> spans_of(std::uint32_t row);

    Source source_;
    std::shared_ptr<const GroupLayout> layout_;
};

}  // namespace tomograph
