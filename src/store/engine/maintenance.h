#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "base/worker_pool.h"
#include "store/engine/disk_guard.h"
#include "store/engine/flusher.h"
#include "store/engine/key_keeper.h"
#include "store/engine/merger.h"
#include "store/engine/redactor.h"
#include "store/engine/reevaluator.h"
#include "store/engine/retention.h"
#include "store/engine/scrubber.h"
#include "store/engine/sealer.h"
#include "store/engine/store_core.h"
#include "store/operations/snapshot.h"
#include "store/wal/writer.h"

namespace tomograph {

/// All that happens in the background, step by step in tick(): seal and flush, give log segments
/// back, merge, retention, scrub, disk checks. One thread calls it; tests call it without one.
/// All else comes from any other thread, and waits for a tick to end.
class Maintenance {
 public:
    Maintenance(StoreCore& core, WalWriter& wal);

    Publisher& publisher() { return publisher_; }
    Sealer& sealer() { return sealer_; }
    Flusher& flusher() { return flusher_; }

    void tick();
    /// Holds the store's files as of now. errors: unavailable, the manifest cannot be written
    Result<StorePin> pin();
    /// Merges until each day has one part, beside ingest and queries; `progress` counts the bytes
    /// of the inputs. returns the merges done. errors: cancelled, limit (no room), unavailable, as
    /// merges
    Result<std::uint64_t> compact(const StoreProgressCall& progress);
    RetentionReport retention();
    /// As EmbeddedStore.
    Result<void> set_policies(std::vector<RetentionPolicy> policies);
    Result<void> pin_trace(TraceId id);
    Result<void> unpin_trace(TraceId id);
    std::vector<TraceId> pinned_traces();
    Result<RedactionReport> plan_redaction(std::span<const TraceId> ids);
    Result<RedactionReport> redact(std::span<const TraceId> ids);
    /// As EmbeddedStore.
    Result<void> reevaluate(GroupId version);
    std::optional<Reevaluation> reevaluation();
    void stop_reevaluation();
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
    /// What is to be written next, the most urgent first.
    std::optional<MergePlan> next_plan();
    std::optional<MergePlan> plan_reevaluation();
    void publish_merge();
    Result<std::optional<MergePlan>> plan_compaction();
    /// With `mutex_` held, and no merge under way.
    Result<std::unique_lock<std::mutex>> lock_without_merge();
    Result<void> publish_edit(ManifestEdit edit);
    void set_gauges();
    Lsn log_floor();

    /// What plan_compaction() of compact() and its end frame: no other merge begins.
    struct CompactionMark {
        explicit CompactionMark(std::atomic<bool>& flag) : is_compacting(flag) { flag = true; }
        ~CompactionMark() { is_compacting = false; }
        CompactionMark(const CompactionMark&) = delete;
        CompactionMark& operator=(const CompactionMark&) = delete;
        std::atomic<bool>& is_compacting;
    };

    StoreCore& core_;
    WalWriter& wal_;
    std::mutex mutex_;  ///< held by tick(), and while others touch what is its own
    std::atomic<bool> is_compacting_{false};
    Publisher publisher_;
    Sealer sealer_;
    Flusher flusher_;
    Reevaluator reevaluator_;
    Merger merger_;
    Retention retention_;
    Redactor redactor_;
    DiskGuard disk_;
    KeyKeeper keys_;
    Scrubber scrubber_;
    Duration last_flush_;
    std::optional<Duration> last_count_;  ///< of what is ready to be sealed
    bool floor_may_have_risen_ =
        true;  ///< something left memory since the log's floor was looked for
    Duration last_telemetry_;
    std::shared_ptr<Guarded<MergeJob>> job_;    ///< running, or done and not yet published
    std::unique_ptr<WorkerPool> merge_thread_;  ///< last: joins before what its task uses goes away
};

}  // namespace tomograph
