#include "store/engine/key_keeper.h"

#include "base/log.h"
#include "store/file_names.h"
#include "store/signal/signal.h"

namespace tomograph {

void KeyKeeper::run(bool is_merging) {
    if (!core_.keys || is_merging || hold_.use_count() > 1) return;
    const Duration now = core_.clock.monotonic();
    const bool is_updating = core_.keys->status().state == EncryptionState::updating;
    const bool is_looking =
        !next_look_ || (core_.has_plain_files && now >= next_look_.value_or(Duration{}));
    if ((!is_updating && !is_looking) || now < next_try_) return;
    next_look_ = now + keys_look_interval;
    const auto count = pass();
    // Retired only after a pass that found nothing to do.
    Result<void> done;
    if (!count)
        done = count.error();
    else if (is_updating && count->rewritten == 0)
        done = core_.keys->retire_old();
    if (!done) {
        next_try_ = now + keys_retry_interval;
        return log_error("data keys not wrapped again", {{"error", done.error()}});
    }
    if (count->rewritten > 0) log_info("data keys wrapped again", {{"files", count->rewritten}});
    if (is_updating && count->rewritten == 0)
        log_info("master key changed, the old one may be destroyed",
                 {{"key", core_.keys->status().key_id}});
}

Result<RewriteCount> KeyKeeper::pass() {
    TRY(core_.telemetry.seal_plain_files());
    // A segment that was begun under the old key must be listed.
    wal_.wait_for_segment();
    KeyRewriter rewriter(core_.files, core_.keys->file_keys(), core_.options.disk_free_min_bytes);
    for (const std::string_view name : {wal_directory, telemetry_directory, quarantine_directory})
        TRY(rewriter.rewrite_all(core_.path(name)));
    // Held meanwhile: else the last reader could remove a file that is being written. Files that
    // are not live any more are never opened again.
    const Parts parts = core_.parts();
    for (const auto& part : parts->parts) TRY(rewriter.rewrite(part->path()));
    for (const auto& rollup : parts->rollups) TRY(rewriter.rewrite(rollup->path()));
    for (Signal* signal : core_.options.signals) TRY(signal->rewrite_keys(rewriter));
    core_.has_plain_files = rewriter.count().plain > 0;
    return rewriter.count();
}

}  // namespace tomograph
