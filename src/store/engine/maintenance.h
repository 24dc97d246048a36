#pragma once

#include <memory>
#include <optional>

#include "base/worker_pool.h"
#include "store/engine/disk_guard.h"
#include "store/engine/flusher.h"
#include "store/engine/key_keeper.h"
#include "store/engine/merger.h"
#include "store/engine/retention.h"
#include "store/engine/sealer.h"
#include "store/engine/store_core.h"
#include "store/wal/writer.h"

namespace tomograph {

/// All that happens in the background, step by step in tick(): seal and flush, give log segments
/// back, merge, retention, disk checks. One thread calls it; tests call it without one.
class Maintenance {
 public:
    Maintenance(StoreCore& core, WalWriter& wal);

    Publisher& publisher() { return publisher_; }
    Sealer& sealer() { return sealer_; }
    Flusher& flusher() { return flusher_; }

    void tick();
    /// Writes out what is open, as long as that is quick, and marks the shutdown as clean.
    void close();

 private:
    struct MergeJob {
        MergePlan plan;
        std::optional<Result<std::shared_ptr<LivePart>>> written;
    };

    void seal_and_flush();
    void flush_telemetry();
    void free_log();
    void merge();
    void set_gauges();
    Lsn log_floor();

    StoreCore& core_;
    WalWriter& wal_;
    Publisher publisher_;
    Sealer sealer_;
    Flusher flusher_;
    Merger merger_;
    Retention retention_;
    DiskGuard disk_;
    KeyKeeper keys_;
    Duration last_flush_;
    std::optional<Duration> last_count_;  ///< of what is ready to be sealed
    bool floor_may_have_risen_ =
        true;  ///< something left memory since the log's floor was looked for
    Duration last_telemetry_;
    std::shared_ptr<Guarded<MergeJob>> job_;    ///< running, or done and not yet published
    std::unique_ptr<WorkerPool> merge_thread_;  ///< last: joins before what its task uses goes away
};

}  // namespace tomograph
