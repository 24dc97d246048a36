#include "store/engine/store_core.h"

#include <algorithm>

#include "base/log.h"
#include "store/file_names.h"

namespace tomograph {

StoreCore::StoreCore(FileSystem& file_system, const Clock& the_clock, MetricsRegistry& registry,
                     EmbeddedStoreOptions the_options)
    : files(file_system),
      clock(the_clock),
      options(std::move(the_options)),
      metrics(registry),
      quarantine(files, options.directory, metrics),
      cache(std::make_shared<PartCache>(options.section_cache_bytes)),
      stretches(cache),
      open(metrics, {.trace_spans_max = options.trace_spans_max,
                     .trace_bytes_max = options.trace_bytes_max}),
      places(open, metrics),
      telemetry(files, options.directory, metrics, quarantine) {
    metrics.open_bytes_limit.set(static_cast<double>(options.open_bytes_max));
    metrics.wal_queue_bytes_limit.set(static_cast<double>(options.wal_queue_bytes_max));
    metrics.cache_bytes_limit.set(static_cast<double>(options.section_cache_bytes));
    metrics.disk_budget_limit.set(static_cast<double>(options.disk_budget_bytes));
}

std::string StoreCore::path(std::string_view name) const {
    return join_path(options.directory, name);
}

Result<void> Publisher::publish(std::vector<ManifestEdit> edits, Change change) {
    pending_.push_back(std::move(change));
    if (!edits.empty() || manifest_.has_pending()) TRY(manifest_.commit(std::move(edits)));
    for (Change& durable : pending_) show(durable);
    pending_.clear();
    return {};
}

bool Publisher::retry() {
    if (!manifest_.has_pending()) return true;
    const auto done = manifest_.commit({});
    if (!done) {
        log_error("manifest is not writable", {{"error", done.error()}});
        return false;
    }
    for (Change& durable : pending_) show(durable);
    pending_.clear();
    return true;
}

void Publisher::show(Change& change) {
    Parts before;
    {
        const std::lock_guard refresh(core_.refresh);
        if (change.prepare) change.prepare();
        before = core_.parts();
        Parts after = changed(before, {.added = change.added,
                                       .rollups_added = change.rollups_added,
                                       .removed = change.removed});
        auto view = core_.view.lock();
        view->parts = std::move(after);
        if (change.show) change.show(*view);
    }
    const auto goes = [&](const auto& file) {
        const auto& removed = change.removed;
        return std::find(removed.begin(), removed.end(), file->id()) != removed.end();
    };
    for (const auto& part : before->parts)
        if (goes(part)) part->doom();
    for (const auto& rollup : before->rollups)
        if (goes(rollup)) rollup->doom();
}

}  // namespace tomograph
