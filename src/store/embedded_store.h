#pragma once

#include <memory>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/metrics.h"
#include "store/arrival_order.h"
#include "store/embedded_store_options.h"
#include "store/operations/snapshot.h"
#include "store/redaction.h"
#include "store/reevaluation.h"
#include "store/retention_report.h"
#include "store/trace_store.h"

namespace tomograph {

/// The TraceStore in this process: log, open traces, parts, in one data directory
/// (docs/formats/data-directory.md).
///
/// An append is answered when it is on stable storage and readable. After any crash, kill or power
/// cut the next open() brings back each answered document once.
class EmbeddedStore : public TraceStore, public ArrivalOrder {
 public:
    /// Opens or makes the directory. Returns before the log is replayed (with `background`): until
    /// status().ready, appends and reads are answered `unavailable`.
    ///
    /// errors  conflict  another process uses the directory
    ///         invalid   a newer program made it; nothing was touched
    ///         denied    it is encrypted, and a key it needs was not given; nothing was touched
    ///         corrupt   its manifests cannot be read
    ///         io, limit
    static Result<std::unique_ptr<EmbeddedStore>> open(FileSystem& files, const Clock& clock,
                                                       MetricsRegistry& metrics,
                                                       EmbeddedStoreOptions options);

    /// `next` wraps data keys from now on; those of existing files follow in the background
    /// (status().encryption). Until that is done a start needs the present key as well. Nothing
    /// happens when `next` is the active one.
    /// errors  invalid  the store is not encrypted: open it with a key
    ///         unavailable (starting), io, limit: the present key stays active
    virtual Result<void> change_master_key(SecretKey next) = 0;

    /// One round of background work; only without `background`.
    virtual void tick() = 0;

    /// Writes a backup beside everything else that goes on: all that was answered before the call
    /// is in it. Blocks until it is on stable storage; threads: any.
    ///
    /// errors  conflict     there is something at the destination, or another snapshot or
    /// compaction
    ///                      is running
    ///         unavailable  not ready, closing        cancelled, io, limit, corrupt
    virtual Result<SnapshotReport> snapshot(SnapshotOptions options) = 0;

    /// Merges until each day has one part; returns the number of merges. As snapshot().
    virtual Result<std::uint64_t> compact(StoreProgressCall progress) = 0;

    /// What is kept for how long, what is there by day and class, when it goes, and when the room
    /// for more will end.
    virtual Result<RetentionReport> retention() = 0;
    /// Takes the place of all policies before. Traces sealed from now on get their class by these;
    /// what has one is kept as long as its class now says.
    /// errors: invalid, unavailable, io, limit
    virtual Result<void> set_policies(std::vector<RetentionPolicy> policies) = 0;

    /// A pinned trace stays when its time is over. errors: not_found, limit (pinned_traces_max),
    /// unavailable, io
    virtual Result<void> pin(TraceId id) = 0;
    /// It goes when its time is over, soon if it was. errors: not_found (it is not pinned),
    /// unavailable, io, limit
    virtual Result<void> unpin(TraceId id) = 0;
    virtual Result<std::vector<TraceId>> pins() = 0;

    /// Takes traces out as if they had never been: at once for every reader, sums included. The
    /// parts that held them are written again. What comes for such a trace later starts a new one.
    /// The log holds the bytes until its segments are given back, and earlier backups keep theirs.
    /// Blocks; threads: any.
    ///
    /// errors  limit (more than redaction_traces_max ids), conflict (a snapshot or compaction
    ///         runs), corrupt (a damaged part holds one: named), unavailable, io
    virtual Result<RedactionReport> redact(std::span<const TraceId> ids) = 0;
    /// What redact() would do. errors: as redact()
    virtual Result<RedactionReport> plan_redaction(std::span<const TraceId> ids) = 0;

    /// Judges all stored traces by a version of a group that its classifier knows as `judging`:
    /// part by part, in the background, beside everything else
    /// (docs/decisions/015-re-evaluation.md). Of a version whose judging was begun before, by
    /// another process too, it begins again and comes out the same. One at a time: another is given
    /// up. errors: unavailable (starting), conflict (a compaction or a redaction is running)
    virtual Result<void> reevaluate(GroupId version) = 0;
    /// How far it came; nothing when none was asked for, or it was ended or stopped.
    virtual std::optional<Reevaluation> reevaluation() = 0;
    /// Runs `work`, which puts the version in force, when all is done and no backup is written:
    /// that would have parts of before and the groups of after. Ends the re-evaluation if it
    /// succeeds. errors: conflict (not yet), those of `work`
    virtual Result<void> end_reevaluation(const std::function<Result<void>()>& work) = 0;
    virtual void stop_reevaluation() = 0;

    /// Stops taking, answers what was taken, writes out the open traces if that is quick.
    /// Idempotent; the destructor does it as well.
    virtual void close() = 0;
};

}  // namespace tomograph
