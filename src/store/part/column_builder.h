#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "column/decimal_chunk.h"
#include "column/value_filter.h"
#include "store/part/group_head.h"

namespace tomograph {

/// Gathers the values of one column of a group and encodes them chunk by chunk. A column begins to
/// exist with its first value: the blocks before it had none.
class ColumnBuilder {
 public:
    ColumnBuilder(GroupColumn column, std::uint32_t path) {
        head_.column = column;
        head_.path = path;
    }

    // The one that fits the column's type; texts are copied.
    void add(std::int64_t value) { ints_.push_back(value); }
    void add(column::Decimal value) { decimals_.push_back(value); }
    void add(std::string_view value) {
        bytes_.append(value);
        ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
    }

    /// A block came to its end; what was gathered becomes a chunk when that is enough for one.
    ///
    /// block  its index in the group
    void end_block(std::size_t block);
    /// The group came to its end, after so many blocks.
    void finish(std::size_t blocks);

    bool empty() const { return head_.chunks.empty(); }
    /// After finish(): the column as it goes into the head (checksums are not set), and
    /// its chunks.
    const ColumnHead& head() const { return head_; }
    ColumnHead& head() { return head_; }
    std::string_view chunks() const { return chunks_; }

    /// From now on the values are added to a filter, until they are too many.
    ///
    /// seed  path_hash() of the column's path
    void want_filter(std::uint64_t seed) {
        wants_filter_ = true;
        filter_seed_ = seed;
    }
    /// Whether filter() knows every value.
    bool has_filter() const { return wants_filter_; }
    const column::ValueFilterBuilder& filter() const { return filter_; }

 private:
    std::size_t pending() const { return ints_.size() + decimals_.size() + ends_.size(); }
    void pad(std::size_t blocks);
    void encode();
    void append_chunk();
    void add_to_filter();

    ColumnHead head_;
    std::vector<std::int64_t> ints_;
    std::vector<column::Decimal> decimals_;
    std::string bytes_;
    std::vector<std::uint32_t> ends_;  ///< of each text in bytes_
    std::vector<std::string_view> views_;
    std::size_t counted_ = 0;           ///< values of earlier blocks that still wait
    std::uint32_t waiting_blocks_ = 0;  ///< complete, but in no chunk yet
    std::string chunks_;
    bool wants_filter_ = false;
    std::uint64_t filter_seed_ = 0;
    column::ValueFilterBuilder filter_;
};

}  // namespace tomograph
