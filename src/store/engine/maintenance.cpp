#include "store/engine/maintenance.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace tomograph {

Maintenance::Maintenance(StoreCore& core, WalWriter& wal)
    : core_(core),
      wal_(wal),
      publisher_(core),
      sealer_(core),
      flusher_(core, publisher_),
      merger_(core, publisher_),
      retention_(core, publisher_),
      disk_(core),
      keys_(core, wal),
      last_flush_(core.clock.monotonic()),
      last_telemetry_(core.clock.monotonic()) {
    if (core.options.background) merge_thread_ = std::make_unique<WorkerPool>("store-merge", 1, 1);
}

void Maintenance::tick() {
    disk_.check();
    if (publisher_.retry()) {
        seal_and_flush();
        const auto retained = retention_.run([this] { return log_floor(); });
        if (!retained) log_error("retention failed", {{"error", retained.error()}});
        merge();
    }
    flush_telemetry();
    free_log();
    keys_.run(job_ != nullptr);
    wal_.maintain(core_.disk_is_low);
    set_gauges();
}

void Maintenance::seal_and_flush() {
    const Duration now = core_.clock.monotonic();
    const bool is_over = sealer_.is_over_budget();
    if (!is_over && last_count_ && now - *last_count_ < count_interval) return;
    last_count_ = now;
    const Lsn old = wal_.older_than(core_.options.seal_wal_age_max);
    if (!is_over) {
        const auto ready = sealer_.count_ready(old);
        const bool is_due = now - last_flush_ >= core_.options.flush_interval || wal_.is_crowded();
        if (ready.spans < core_.options.flush_spans && !(is_due && ready.traces > 0)) return;
    }
    floor_may_have_risen_ = true;
    const auto flushed = flusher_.flush(sealer_.take_ready(old, false));
    // After a failure as well: the disk needs the pause.
    last_flush_ = now;
    if (!flushed) log_error("flush failed", {{"error", flushed.error()}});
}

void Maintenance::flush_telemetry() {
    const Duration now = core_.clock.monotonic();
    if (now - last_telemetry_ < telemetry_flush_interval) return;
    last_telemetry_ = now;
    floor_may_have_risen_ = true;
    const auto flushed = core_.telemetry.flush();
    if (!flushed) log_error("telemetry not written", {{"error", flushed.error()}});
}

/// All below is in parts and telemetry files, or superseded.
Lsn Maintenance::log_floor() {
    // The writer first: what it applies afterwards has higher numbers.
    Lsn floor = wal_.next();
    if (const auto lowest = core_.open.lsn_min()) floor = std::min(floor, *lowest);
    if (const auto lowest = core_.telemetry.lsn_min()) floor = std::min(floor, *lowest);
    return floor;
}

void Maintenance::free_log() {
    if (!floor_may_have_risen_) return;
    const Lsn floor = log_floor();
    floor_may_have_risen_ = false;
    if (!wal_.has_closed_below(floor)) return;
    if (publisher_.manifest().state().floor < floor) {
        const auto committed = publisher_.publish({SetFloor{floor}}, {});
        if (!committed) {
            floor_may_have_risen_ = true;  // again at the next tick
            return log_error("log not given up", {{"error", committed.error()}});
        }
    }
    wal_.free_below(floor);
}

void Maintenance::merge() {
    if (!job_) {
        auto plan = merger_.plan();
        if (!plan) return;
        job_ = std::make_shared<Guarded<MergeJob>>(
            MergeJob{.plan = std::move(*plan), .written = std::nullopt});
        const auto task = [this, job = job_] {
            const MergePlan copy = job->lock()->plan;
            auto written = merger_.write(copy);
            job->lock()->written.emplace(std::move(written));
        };
        if (!merge_thread_)
            task();
        else if (!merge_thread_->submit(task))
            job_.reset();
    }
    if (!job_) return;
    const auto running = job_;
    auto job = running->lock();
    if (!job->written) return;
    job_.reset();
    const auto published = merger_.publish(job->plan, std::move(*job->written));
    if (!published) log_error("merge failed", {{"error", published.error()}});
}

void Maintenance::set_gauges() {
    StoreMetrics& metrics = core_.metrics;
    const Parts parts = core_.parts();
    double bytes = 0;
    for (const auto& part : parts->parts) bytes += static_cast<double>(part->facts().bytes);
    metrics.parts.set(static_cast<double>(parts->parts.size()));
    metrics.part_bytes.set(bytes);
    double rollup_bytes = 0;
    double rollup_cells = 0;
    for (const auto& rollup : parts->rollups) {
        rollup_bytes += static_cast<double>(rollup->listed().bytes);
        rollup_cells += static_cast<double>(rollup->listed().cells);
    }
    metrics.rollup_files.set(static_cast<double>(parts->rollups.size()));
    metrics.rollup_bytes.set(rollup_bytes);
    metrics.rollup_cells.set(rollup_cells);
    metrics.open_traces.set(static_cast<double>(core_.open.traces()));
    metrics.open_bytes.set(static_cast<double>(core_.open.bytes()));
    metrics.wal_file_bytes.set(static_cast<double>(wal_.state().bytes));
    metrics.cache_bytes.set(static_cast<double>(core_.cache->bytes()));
}

void Maintenance::close() {
    merge_thread_.reset();
    if (!publisher_.retry()) return;
    const Duration deadline = core_.clock.monotonic() + close_flush_max;
    std::vector<OpenTrace> open = sealer_.take_ready(Lsn{}, true);
    for (std::size_t at = 0; at < open.size() && core_.clock.monotonic() <= deadline;) {
        std::vector<OpenTrace> some;
        for (std::uint64_t spans = 0; at < open.size() && spans < flush_spans; ++at) {
            spans += open[at].spans;
            some.push_back(std::move(open[at]));
        }
        const auto flushed = flusher_.flush(std::move(some));
        if (!flushed) return log_error("flush failed", {{"error", flushed.error()}});
    }
    const auto telemetry = core_.telemetry.flush();
    if (!telemetry) log_error("telemetry not written", {{"error", telemetry.error()}});
    const Lsn floor = log_floor();
    const auto marked = publisher_.publish({SetFloor{floor}, MarkClean{}}, {});
    if (!marked) return log_error("shutdown not marked", {{"error", marked.error()}});
    if (floor == wal_.next()) wal_.remove_all();
}

}  // namespace tomograph
