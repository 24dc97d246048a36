#include "store/part/block_column.h"

#include "base/assert.h"

namespace tomograph {

BlockPlace place_of(const ColumnHead& column, std::size_t block) {
    BlockPlace place;
    while (block >= column.chunks[place.chunk].first_block + column.chunks[place.chunk].blocks)
        ++place.chunk;
    for (std::size_t i = column.chunks[place.chunk].first_block; i < block; ++i)
        place.first += column.values[i];
    return place;
}

Result<BlockColumn> BlockColumn::open(GroupReader& group, GroupColumn kind, std::size_t block) {
    const std::size_t column = group.head().find(kind);
    if (column == GroupHead::npos) return group.damaged("a column is not there");
    return open(group, column, block);
}

Result<BlockColumn> BlockColumn::open(GroupReader& group, std::size_t column, std::size_t block) {
    const ColumnHead& head = group.head().columns[column];
    if (block >= head.values.size()) return group.damaged("a column has not all blocks");
    const BlockPlace place = place_of(head, block);
    BlockColumn opened;
    opened.first_ = place.first;
    opened.values_ = head.values[block];
    if (opened.values_ == 0) return opened;
    if (is_text_column(head.column))
        opened.texts_ = TRY(group.texts(column, place.chunk));
    else
        opened.ints_ = TRY(group.ints(column, place.chunk));
    return opened;
}

std::vector<std::int64_t> BlockColumn::ints() const {
    std::vector<std::int64_t> out(values_);
    ints(out);
    return out;
}

void BlockColumn::ints(std::span<std::int64_t> out) const {
    ASSERT(out.size() == values_);
    if (values_ == 0) return;
    if (first_ == 0 && values_ == ints_->rows()) return ints_->values(out);
    for (std::size_t i = 0; i < values_; ++i) out[i] = number(i);
}

/// The block's values among those of its chunk.
column::Bitmap BlockColumn::cut(column::Bitmap chunk) const {
    if (first_ == 0 && values_ == chunk.rows()) return chunk;
    column::Bitmap values(values_);
    for (std::size_t i = 0; i < values_; ++i)
        if (chunk.test(first_ + i)) values.set(i);
    return values;
}

column::Bitmap BlockColumn::match(std::int64_t min, std::int64_t max) const {
    if (values_ == 0) return column::Bitmap(0);
    column::Bitmap matching(ints_->rows());
    ints_->match(min, max, matching);
    return cut(std::move(matching));
}

column::Bitmap BlockColumn::match(const std::function<bool(std::string_view)>& test) const {
    if (values_ == 0) return column::Bitmap(0);
    column::Bitmap matching(texts_->rows());
    texts_->match(test, matching);
    return cut(std::move(matching));
}

}  // namespace tomograph
