#pragma once

#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "store/engine/store_core.h"
#include "store/engine/trace_assembly.h"
#include "store/part/rollup_sum.h"

namespace tomograph {

/// Keeps the sums of parts that go, coarser with age (docs/formats/rollup.md):
///
///   by the minute, a file a day       until the day ended rollup_minute_age ago
///   by 5 minutes, a file a day        until it ended rollup_five_minutes_age ago
///   by the hour, a file a month       until the month ended rollup_age ago
///
/// A fold is one record of the manifest: what goes, what takes its place, and a floor of the log
/// that keeps the replay from bringing the documents of the parts back. So each request is counted
/// once after a crash at any point. For the thread that maintains the store.
class RollupFolder {
 public:
    RollupFolder(StoreCore& core, Publisher& publisher) : core_(core), publisher_(publisher) {}

    struct Request {
        std::vector<std::shared_ptr<LivePart>> parts{};  ///< go; their lsn_max is below `floor`
        Lsn floor;                                       ///< of the log
        /// The wall clock can be trusted: sums may become coarser, and go.
        bool ages = true;
    };
    /// Folds in records of about fold_cells_max cells. What failed is tried again by the next call.
    /// errors: as Publisher::publish
    Result<void> run(const Request& request);

 private:
    /// A kind of file, by what it holds.
    struct Target {
        std::int64_t grain = 1;
        std::int64_t period = 0;
        auto operator<=>(const Target&) const = default;
    };
    struct Batch {
        std::vector<std::shared_ptr<LivePart>> parts;
        std::vector<std::shared_ptr<LivePart>> kept;  ///< new: pinned traces of `parts`
        std::vector<std::shared_ptr<LiveRollup>> rollups;
        std::vector<std::shared_ptr<const RollupTable>> tables;
        std::map<Target, std::vector<RollupSlice>> slices;
        std::size_t cells = 0;
    };

    std::optional<Target> target_of(std::int64_t minute, std::int64_t grain_min) const;
    bool is_due(const LiveRollup& rollup) const;
    std::vector<std::shared_ptr<LiveRollup>> due_rollups() const;
    Result<void> take(const std::shared_ptr<LivePart>& part, Batch& batch);
    /// Copies the pinned traces of the part, with what they add to the sums, so that both stay.
    Result<void> keep_pinned(const std::shared_ptr<LivePart>& part, Batch& batch);
    Result<void> take(const std::shared_ptr<LiveRollup>& rollup, Batch& batch) const;
    void add_slices(const std::shared_ptr<const RollupTable>& table, std::int64_t grain,
                    Batch& batch) const;
    /// Files of targets that would become too many.
    Result<void> take_crowded(Batch& batch) const;
    Result<void> fold(Batch batch, Lsn floor);
    Result<std::shared_ptr<LiveRollup>> write(const Target& target, const RollupTable& table);

    StoreCore& core_;
    Publisher& publisher_;
    TraceAssembly assembly_;
    std::int64_t now_ = 0;  ///< minute of the run
    bool ages_ = true;
};

}  // namespace tomograph
