#include "store/engine/maintenance.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/log.h"
#include "store/engine/summariser.h"

namespace tomograph {
namespace {

/// A compaction that waits for a merge looks that often.
constexpr auto merge_poll_interval = std::chrono::milliseconds(10);

}  // namespace

Maintenance::Maintenance(StoreCore& core, WalWriter& wal)
    : core_(core),
      wal_(wal),
      publisher_(core),
      sealer_(core),
      flusher_(core, publisher_),
      reevaluator_(core),
      merger_(core, publisher_, reevaluator_),
      retention_(core, publisher_),
      redactor_(core, publisher_),
      disk_(core),
      keys_(core, wal),
      scrubber_(core),
      last_flush_(core.clock.monotonic()),
      last_telemetry_(core.clock.monotonic()) {
    if (core.options.background) merge_thread_ = std::make_unique<WorkerPool>("store-merge", 1, 1);
}

void Maintenance::tick() {
    const std::lock_guard lock(mutex_);
    disk_.check();
    if (publisher_.retry()) {
        seal_and_flush();
        const auto retained = retention_.run([this] { return log_floor(); });
        if (!retained) log_error("retention failed", {{"error", retained.error()}});
        merge();
    }
    scrubber_.tick();
    flush_telemetry();
    free_log();
    keys_.run(job_ || is_compacting_);
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
    if (!floor_may_have_risen_ || wal_.is_pinned()) return;
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

std::optional<MergePlan> Maintenance::plan_reevaluation() {
    auto part = reevaluator_.next();
    if (!part) return std::nullopt;
    reevaluator_.waits_for_disk(!merger_.has_room_for(part));
    return merger_.plan_reevaluation(std::move(part), reevaluator_.order());
}

std::optional<MergePlan> Maintenance::next_plan() {
    auto plan = merger_.plan();
    if (!plan) plan = plan_reevaluation();
    if (!plan && retention_.trusts_clock())
        if (auto part = due_for_summary(*core_.parts(), retention_.ages(), core_.clock.now()))
            plan = merger_.plan_summary(std::move(part));
    return plan;
}

void Maintenance::merge() {
    if (!job_ && !is_compacting_) {
        auto plan = next_plan();
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
    publish_merge();
}

void Maintenance::publish_merge() {
    if (!job_) return;
    const auto running = job_;
    auto job = running->lock();
    if (!job->written) return;
    job_.reset();
    const bool is_written = static_cast<bool>(*job->written);
    const auto published = merger_.publish(job->plan, std::move(*job->written));
    if (!published) log_error("merge failed", {{"error", published.error()}});
    if (job->plan.order && is_written && published)
        reevaluator_.done(job->plan.inputs.front()->id(), job->plan.output.id);
}

Result<StorePin> Maintenance::pin() {
    const std::lock_guard lock(mutex_);
    if (!publisher_.retry()) return Error(ErrorCode::unavailable, "the manifest cannot be written");
    std::vector<SignalPin> signals;
    for (Signal* signal : core_.options.signals) {
        auto pinned = TRY(signal->pin());
        if (pinned) signals.push_back(std::move(*pinned));
    }
    const Manifest& manifest = publisher_.manifest();
    return StorePin{.store_id = manifest.store_id(),
                    .manifest = manifest.state(),
                    .parts = core_.parts(),
                    .wal = wal_.pin(),
                    .signals = std::move(signals),
                    .keys = core_.file_keys(),
                    .keys_hold = keys_.hold()};
}

/// A merge that was under way before ends first.
Result<std::unique_lock<std::mutex>> Maintenance::lock_without_merge() {
    while (true) {
        {
            std::unique_lock lock(mutex_);
            if (!publisher_.retry())
                return Error(ErrorCode::unavailable, "the manifest cannot be written");
            publish_merge();
            if (!job_) return lock;
        }
        std::this_thread::sleep_for(merge_poll_interval);
    }
}

Result<std::optional<MergePlan>> Maintenance::plan_compaction() {
    const auto lock = TRY(lock_without_merge());
    return merger_.plan_compaction();
}

RetentionReport Maintenance::retention() {
    const std::lock_guard lock(mutex_);
    return retention_.report();
}

Result<void> Maintenance::publish_edit(ManifestEdit edit) {
    if (!publisher_.retry()) return Error(ErrorCode::unavailable, "the manifest cannot be written");
    std::vector<ManifestEdit> edits;
    edits.push_back(std::move(edit));
    return publisher_.publish(std::move(edits), {});
}

Result<void> Maintenance::set_policies(std::vector<RetentionPolicy> policies) {
    TRY(check_policies(policies));
    std::sort(policies.begin(), policies.end(),
              [](const auto& a, const auto& b) { return a.retention_class < b.retention_class; });
    const std::lock_guard lock(mutex_);
    return publish_edit(SetPolicies{std::move(policies)});
}

Result<void> Maintenance::pin_trace(TraceId id) {
    const std::lock_guard lock(mutex_);
    const auto& pins = publisher_.manifest().state().pins;
    if (pins.contains(id)) return {};
    if (pins.size() >= pinned_traces_max)
        return Error(ErrorCode::limit, fmt::format("{} traces are pinned, at most {}", pins.size(),
                                                   pinned_traces_max));
    // The open ones first: traces move from there into the parts.
    const bool is_known = core_.open.find(id) || TRY(look_up(*core_.parts(), id)).row;
    if (!is_known)
        return Error(ErrorCode::not_found, fmt::format("there is no trace {}", to_xray_text(id)));
    return publish_edit(Pin{id});
}

Result<void> Maintenance::unpin_trace(TraceId id) {
    const std::lock_guard lock(mutex_);
    if (!publisher_.manifest().state().pins.contains(id))
        return Error(ErrorCode::not_found, fmt::format("trace {} is not pinned", to_xray_text(id)));
    retention_.pins_changed();
    return publish_edit(Unpin{id});
}

std::vector<TraceId> Maintenance::pinned_traces() {
    const std::lock_guard lock(mutex_);
    const auto& pins = publisher_.manifest().state().pins;
    return {pins.begin(), pins.end()};
}

Result<RedactionReport> Maintenance::plan_redaction(std::span<const TraceId> ids) {
    const std::lock_guard lock(mutex_);
    RedactionReport report;
    TRY(redactor_.plan(ids, report));
    return report;
}

Result<RedactionReport> Maintenance::redact(std::span<const TraceId> ids) {
    const CompactionMark mark(is_compacting_);
    // Ids are in the order of their time: those of one record are in few parts.
    std::vector<TraceId> sorted(ids.begin(), ids.end());
    std::sort(sorted.begin(), sorted.end());
    RedactionReport report;
    for (std::span<const TraceId> rest(sorted); !rest.empty();) {
        const auto some = rest.first(std::min(rest.size(), redaction_record_traces_max));
        rest = rest.subspan(some.size());
        const auto lock = TRY(lock_without_merge());
        // What was answered before is below the next number, and in the open traces or parts.
        const Lsn through{wal_.next().value - 1};
        TRY_WITHIN(fmt::format("{} of {} traces are redacted", report.traces.size(), ids.size()),
                   redactor_.redact(some, through, report));
        reevaluator_.begin_again();
        floor_may_have_risen_ = true;
    }
    core_.metrics.redacted_traces.add(report.traces.size());
    return report;
}

Result<void> Maintenance::reevaluate(GroupId version) {
    const std::lock_guard lock(mutex_);
    if (is_compacting_) return Error(ErrorCode::conflict, "a compaction or a redaction is running");
    reevaluator_.begin(version);
    return {};
}

std::optional<Reevaluation> Maintenance::reevaluation() {
    const std::lock_guard lock(mutex_);
    return reevaluator_.state();
}

void Maintenance::stop_reevaluation() {
    const std::lock_guard lock(mutex_);
    reevaluator_.stop();
}

Result<std::uint64_t> Maintenance::compact(const StoreProgressCall& progress) {
    if (reevaluation())
        return Error(ErrorCode::conflict, "stored traces are being judged for a group");
    const CompactionMark mark(is_compacting_);
    StoreProgress state;
    for (const auto& part : core_.parts()->parts) state.total_bytes += part->facts().bytes;
    for (std::uint64_t merges = 0;; ++merges) {
        if (!progress(state)) return Error(ErrorCode::cancelled, "it was cancelled");
        auto plan = TRY(plan_compaction());
        if (!plan) return merges;
        auto written = merger_.write(*plan);
        const std::lock_guard lock(mutex_);
        TRY(merger_.publish(*plan, std::move(written)));
        for (const auto& part : plan->inputs) state.done_bytes += part->facts().bytes;
        state.total_bytes = std::max(state.total_bytes, state.done_bytes);
    }
}

void Maintenance::set_gauges() {
    StoreMetrics& metrics = core_.metrics;
    const Parts parts = core_.parts();
    double bytes = 0;
    double damaged = 0;
    for (const auto& part : parts->parts) {
        bytes += static_cast<double>(part->facts().bytes);
        damaged += part->is_damaged() ? 1 : 0;
    }
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
    metrics.pinned_traces.set(static_cast<double>(publisher_.manifest().state().pins.size()));
    metrics.open_traces.set(static_cast<double>(core_.open.traces()));
    metrics.open_bytes.set(static_cast<double>(core_.open.bytes()));
    metrics.damaged_parts.set(damaged);
    metrics.merge_running.set(job_ || is_compacting_ ? 1 : 0);
    metrics.telemetry_pending.set(static_cast<double>(core_.telemetry.pending()));
    const WalState wal = wal_.state();
    metrics.wal_file_bytes.set(static_cast<double>(wal.bytes));
    metrics.wal_closed_segments.set(static_cast<double>(wal.closed_segments));
    metrics.cache_bytes.set(static_cast<double>(core_.cache->bytes()));
}

void Maintenance::close() {
    const std::lock_guard lock(mutex_);
    merge_thread_.reset();
    if (!publisher_.retry()) return;
    const Duration deadline = core_.clock.monotonic() + close_flush_max;
    ReadyTraces open = sealer_.take_ready(Lsn{}, true);
    while (!open.empty() && core_.clock.monotonic() <= deadline) {
        ReadyTraces some;
        for (std::uint64_t spans = 0; !open.empty() && spans < flush_spans; open.pop_front()) {
            spans += open.front().spans;
            some.push_back(std::move(open.front()));
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
