#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/file_system.h"
#include "store/engine/manifest.h"
#include "store/engine/store_metrics.h"
#include "store/part/cache.h"
#include "store/part/minute_stretch.h"
#include "store/part/part.h"

namespace tomograph {

/// Where parts and rollup files are, and what seals them: null without encryption.
struct PartFiles {
    FileSystem& files;
    FileKeys* keys = nullptr;
};

/// Writes a rollup file (docs/formats/rollup.md), sealed if there are keys, and syncs it; completes
/// `listed`, whose id it has already.
/// errors: io, limit
Result<void> write_rollup_file(PartFiles files, const std::string& path, const RollupTable& table,
                               ManifestRollup& listed);

/// A file of sums whose spans are gone, which readers may use as long as they hold it. The file
/// goes when it is doomed and nobody does. Immutable. Threads: any.
class LiveRollup {
 public:
    /// errors: as PartReader
    static Result<std::shared_ptr<LiveRollup>> open(PartFiles files,
                                                    const std::string& data_directory,
                                                    ManifestRollup listed,
                                                    std::shared_ptr<PartCache> cache,
                                                    StoreMetrics& metrics);
    ~LiveRollup();
    LiveRollup(const LiveRollup&) = delete;
    LiveRollup& operator=(const LiveRollup&) = delete;

    std::uint64_t id() const { return listed_.id; }
    const ManifestRollup& listed() const { return listed_; }
    const std::string& path() const { return path_; }

    /// All cells, from the cache if they are there. Damaged blocks are left out, counted and
    /// logged. errors: io
    Result<std::shared_ptr<const RollupTable>> table() const;
    /// As good as table() to who asks for whole stretches of those: itself if it is cached, else
    /// their sums, which are not kept. From the second time on, itself,
    /// but for a selection, which takes little. errors: as table()
    Result<std::shared_ptr<const RollupTable>> sums(const StretchRead& wanted) const;

    void doom() { is_doomed_ = true; }
    /// Some of it could not be read: a fold would make the loss final, so it is left out of folds.
    bool is_damaged() const { return is_damaged_; }

 private:
    LiveRollup(FileSystem& files, StoreMetrics& metrics, ManifestRollup listed, std::string path)
        : files_(files), metrics_(metrics), listed_(std::move(listed)), path_(std::move(path)) {}

    Result<std::shared_ptr<const RollupTable>> read(const StretchRead* sums) const;

    FileSystem& files_;
    StoreMetrics& metrics_;
    ManifestRollup listed_;
    std::string path_;
    std::shared_ptr<PartCache> cache_;
    std::uint64_t cache_key_ = 0;
    std::unique_ptr<PartReader> reader_;
    std::atomic<bool> is_doomed_{false};
    mutable std::atomic<bool> is_damaged_{false};
    mutable std::atomic<bool> was_summed_{false};
};

}  // namespace tomograph
