#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "store/part/minute_stretch.h"
#include "store/part/row_sum.h"

namespace tomograph {

/// Takes the rows of a rollup as a RollupTableBuilder does, and keeps one row a key and stretch:
/// its sum, under the first minute of the stretch; rows that are nothing too. To a reader who asks
/// for a whole stretch it is as good as the rollup, and a tenth of it.
class StretchSums {
 public:
    /// `read` must outlive it.
    explicit StretchSums(const StretchRead& read) : read_(read) {}

    void expect(std::size_t, std::size_t) {}
    /// Rows of other keys need not be given.
    bool wants(const RollupKey& key) const { return read_.wants(key); }
    bool begin_series(RollupKey key);
    /// `alias` is borrowed until finish().
    bool add(const RollupRow& row, RollupTableBuilder::Buckets buckets, std::string_view alias);

    RollupTable finish() &&;

 private:
    void end_stretch();

    const StretchRead& read_;
    RollupTableBuilder builder_;
    std::optional<RollupKey> key_;
    bool is_wanted_ = false;
    std::optional<std::int64_t> minute_;  // of the row before, of this key
    std::size_t at_ = 0;                  // in the stretches
    RowSum sum_;
};

}  // namespace tomograph
