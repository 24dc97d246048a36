#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "store/part/cache.h"
#include "store/part/minute_stretch.h"

namespace tomograph {

struct RollupTable;

/// Whole days, hours and tens of minutes: a sum of each is kept, so that a wide range is a few of
/// them. At its ends a range has some minutes of a ten; those are kept one by one. A time series
/// keeps hours and tens with some rows for each, and has no use for days.
enum class StretchKind : std::uint8_t { day, hour, ten, minutes };

/// A piece of a range of minutes.
struct StretchPiece {
    StretchKind kind;
    MinuteStretch kept;    ///< whole and aligned
    MinuteStretch wanted;  ///< the same, but for StretchKind::minutes
};

/// Cuts a range into the largest stretches that fit, ascending, none larger than `largest`. At most
/// 2 × (6 + 23) + 2 pieces and one for each day, or one for each hour.
std::vector<StretchPiece> cut_minutes(const MinuteStretch& range,
                                      StretchKind largest = StretchKind::day);

/// The sum over a stretch of all sources that have minutes of it.
struct StretchSum {
    StretchKind kind = StretchKind::minutes;
    MinuteStretch stretch;
    std::int64_t grain = 1;  ///< of the sources
    GroupId group{};
    /// Of a time series: its keys are one, and its rows of so many minutes. Null: all keys apart,
    /// and one row each.
    std::shared_ptr<const GraphSelection> selection{};
    std::int64_t row_minutes = 0;
    std::vector<std::uint64_t> sources{};  ///< their ids, ascending
    std::shared_ptr<const RollupTable> table{};
};

/// Keeps sums of stretches with the blocks of the parts, within the bound of that cache. One takes
/// RollupTable::bytes(): with 200 edges of 500 buckets about 1 MiB, and ten single minutes two or
/// three. Threads: any.
class StretchCache {
 public:
    explicit StretchCache(std::shared_ptr<PartCache> cache)
        : cache_(std::move(cache)), reader_(cache_->new_reader()) {}

    /// Whatever was kept last for them, perhaps of other sources. Null when nothing is.
    std::shared_ptr<const StretchSum> find(const StretchSum& like) const;
    void put(StretchSum sum) const;

 private:
    PartCache::Key key_of(const StretchSum& sum) const;

    std::shared_ptr<PartCache> cache_;
    std::uint64_t reader_;
};

}  // namespace tomograph
