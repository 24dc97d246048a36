#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "store/engine/part_set.h"
#include "store/part/minute_stretch.h"

namespace tomograph {

/// A part or a rollup file, as far as the service graph goes. Valid as long as its snapshot.
class GraphSource {
 public:
    using Table = std::shared_ptr<const RollupTable>;

    explicit GraphSource(const LivePart& part);
    explicit GraphSource(const LiveRollup& rollup);

    std::uint64_t id() const { return id_; }  ///< of no other source of the store, ever
    /// Of its cells.
    std::int64_t grain() const { return grain_; }
    bool overlaps(const MinuteStretch& minutes) const {
        return minutes_.first <= minutes.last && minutes.first <= minutes_.last;
    }
    const MinuteStretch& minutes() const { return minutes_; }
    /// Some of it could not be read.
    bool is_damaged() const;

    /// All cells. Null when none can be read, which is reported. errors: io
    Result<Table> table() const;
    /// As good as table() to who asks for whole stretches of those. errors: io
    Result<Table> sums(const StretchRead& wanted) const;

 private:
    Result<Table> unless_damaged(Result<Table> table) const;

    const LivePart* part_ = nullptr;
    const LiveRollup* rollup_ = nullptr;
    std::uint64_t id_;
    std::int64_t grain_;
    MinuteStretch minutes_;
};

/// Those with cells of minutes from `first`, or of coarse cells that hold it, to `last`; by id.
std::vector<GraphSource> graph_sources(const PartSnapshot& parts, const MinuteStretch& minutes);

}  // namespace tomograph
