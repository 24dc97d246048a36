#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "column/bitmap.h"
#include "store/part/group_reader.h"

namespace tomograph {

/// The values of one integer or text column in one block of a group.
class BlockColumn {
 public:
    /// errors  corrupt  the group has no such column, or as GroupReader
    static Result<BlockColumn> open(GroupReader& group, GroupColumn kind, std::size_t block);
    static Result<BlockColumn> open(GroupReader& group, std::size_t column, std::size_t block);

    std::size_t values() const { return values_; }
    std::int64_t number(std::size_t i) const { return ints_->value(first_ + i); }
    std::vector<std::int64_t> ints() const;
    /// out  as many as values()
    void ints(std::span<std::int64_t> out) const;
    /// The values that lie in [min, max].
    column::Bitmap match(std::int64_t min, std::int64_t max) const;
    /// The texts that pass; `test` runs once per distinct text where the chunk has a dictionary.
    column::Bitmap match(const std::function<bool(std::string_view)>& test) const;
    /// scratch  holds the text where the chunk does not
    std::string_view text(std::size_t i, std::string& scratch) const {
        return texts_->value(first_ + i, scratch);
    }

 private:
    column::Bitmap cut(column::Bitmap chunk) const;

    std::shared_ptr<const column::IntChunk> ints_;
    std::shared_ptr<const column::TextChunk> texts_;
    std::size_t first_ = 0;
    std::size_t values_ = 0;
};

/// Which chunk of a column holds the values of a block, and the first of them in it.
struct BlockPlace {
    std::size_t chunk = 0;
    std::size_t first = 0;
};
BlockPlace place_of(const ColumnHead& column, std::size_t block);

constexpr bool is_text_column(GroupColumn column) {
    return column == GroupColumn::text || column == GroupColumn::json ||
           column == GroupColumn::raw_document || column == GroupColumn::span_service ||
           column == GroupColumn::span_name || column == GroupColumn::trace_root_service;
}

}  // namespace tomograph
