#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/log.h"
#include "store/file_names.h"
#include "store/part/limits.h"
#include "store/signal/signal.h"

namespace tomograph {

/// One round of background work.
void Signal::round() {
    const std::lock_guard lock(mutex_);
    if (!has_folder_ && phase_.lock()->is_wanted) begin();
    if (!has_folder_ || !is_ready_) return;
    if (retry()) {
        flush();
        retain();
        merge();
    }
    if (!wal_->is_pinned()) wal_->free_below(manifest_->state().floor);
    wal_->maintain(home_->disk_is_low());
    set_gauges();
}

void Signal::flush() {
    const std::uint64_t open = content_.open_bytes();
    if (open == 0) return;
    const Duration age{home_->clock.monotonic().ns - open_since_ns_};
    const bool is_due =
        open >= options_.flush_bytes || age >= options_.flush_age || wal_->is_crowded();
    if (!is_due) return;
    const auto flushed = flush_now();
    if (flushed) return;
    metrics_.flush_failures.add();
    log_error("flush failed", {{"signal", options_.name}, {"error", flushed.error()}});
}

/// All parts of a flush and the floor of the log are one record of the manifest: a record of the
/// log is in parts, or is replayed, never both.
Result<void> Signal::flush_now() {
    const Duration start = home_->clock.monotonic();
    const SignalFlush flush = content_.begin_flush();
    if (flush.through == Lsn{}) return {};
    Change change{.added = {}, .removed = {}, .through = flush.through};
    std::vector<ManifestEdit> edits;
    for (const SignalPartPlan& plan : flush.parts) {
        auto part = write_part(plan, 0);
        if (!part) {
            for (const auto& written : change.added) written->doom();
            return std::move(part).error();
        }
        edits.emplace_back(AddPart{(*part)->listed()});
        change.added.push_back(std::move(*part));
    }
    edits.emplace_back(SetFloor{Lsn{flush.through.value + 1}});
    TRY(publish(std::move(edits), std::move(change)));
    metrics_.flushes.add();
    metrics_.flush_seconds.observe((home_->clock.monotonic() - start).as_seconds());
    return {};
}

Result<std::shared_ptr<SignalPart>> Signal::write_part(const SignalPartPlan& plan,
                                                       std::uint32_t level) {
    const std::uint64_t id = next_part_id_++;
    const std::string day = join_path(signal_parts_directory, day_name(plan.second));
    TRY(home_->files.make_directories(path(day)));
    const std::string temporary = path(fmt::format("{}/{:016x}{}", day, id, temporary_suffix));
    PartFacts facts;
    auto written = [&]() -> Result<std::uint64_t> {
        auto writer = TRY(PartBlockWriter::create(
            home_->files, temporary, {.keys = home_->keys, .part_id = id}, options_.name));
        facts = TRY(plan.write(*writer));
        return writer->finish(facts);
    }();
    if (!written) {
        // What cannot be removed now is removed by the next start.
        static_cast<void>(home_->files.remove(temporary));
        return std::move(written).error().within(temporary);
    }
    facts.format = part_format;
    facts.bytes = *written;
    ManifestPart listed{.id = id, .level = level, .path = {}, .facts = facts};
    listed.path = fmt::format("{}/L{}-{}-{}-{:016x}{}", day, level, facts.second_min,
                              facts.second_max, id, part_suffix);
    TRY(home_->files.rename(temporary, path(listed.path)));
    TRY(home_->files.sync_directory(path(day)));
    return open_part(std::move(listed));
}

/// Eight parts of one level and day become one of the next.
void Signal::merge() {
    std::map<std::pair<std::int64_t, std::uint32_t>, std::vector<std::shared_ptr<SignalPart>>> runs;
    for (const auto& part : view()->parts) {
        const ManifestPart& listed = part->listed();
        if (part->is_damaged() || listed.level >= signal_merge_level_max ||
            listed.facts.bytes > options_.merge_bytes_max / options_.merge_fan_in)
            continue;
        auto& run = runs[{day_second_of(listed.path), listed.level}];
        if (run.size() < options_.merge_fan_in) run.push_back(part);
    }
    for (auto& [key, run] : runs) {
        if (run.size() < options_.merge_fan_in) continue;
        const Duration start = home_->clock.monotonic();
        const auto merged = merge_parts(std::move(run));
        if (merged) {
            metrics_.merges.add();
            metrics_.merge_seconds.observe((home_->clock.monotonic() - start).as_seconds());
        } else {
            metrics_.merge_failures.add();
            log_error("merge failed", {{"signal", options_.name}, {"error", merged.error()}});
        }
        return;  // one a round: the flush comes first
    }
}

Result<void> Signal::merge_parts(std::vector<std::shared_ptr<SignalPart>> parts) {
    const std::uint32_t level = parts.front()->listed().level + 1;
    auto merged = TRY(write_part(content_.merge(parts), level));
    std::vector<ManifestEdit> edits;
    Change change;
    edits.emplace_back(AddPart{merged->listed()});
    change.added.push_back(std::move(merged));
    for (const auto& part : parts) {
        edits.emplace_back(DropPart{part->id()});
        change.removed.push_back(part->id());
    }
    return publish(std::move(edits), std::move(change));
}

void Signal::retain() {
    const bool is_believable = clock_watch_->look();
    const Duration now = home_->clock.monotonic();
    if (now < next_retention_) return;
    next_retention_ = now + retention_interval;
    if (!is_believable) return;
    std::vector<std::shared_ptr<SignalPart>> kept = view()->parts;
    std::stable_sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) {
        return a->facts().second_max < b->facts().second_max;
    });
    std::vector<std::shared_ptr<SignalPart>> gone;
    const auto take_while = [&](auto is_excess) {
        auto end = kept.begin();
        while (end != kept.end() && is_excess(**end)) ++end;
        gone.insert(gone.end(), kept.begin(), end);
        const auto count = static_cast<std::uint64_t>(end - kept.begin());
        kept.erase(kept.begin(), end);
        return count;
    };
    if (options_.retention_age > Duration{}) {
        const std::int64_t horizon = (home_->clock.now() - options_.retention_age).second();
        metrics_.parts_expired_age.add(
            take_while([&](const SignalPart& part) { return part.facts().second_max < horizon; }));
    }
    std::uint64_t bytes = 0;
    for (const auto& part : kept) bytes += part->facts().bytes;
    metrics_.parts_expired_budget.add(take_while([&](const SignalPart& part) {
        if (options_.disk_budget_bytes == 0 || bytes <= options_.disk_budget_bytes) return false;
        bytes -= part.facts().bytes;
        return true;
    }));
    if (gone.empty()) return;
    const auto dropped = drop_parts(gone);
    if (!dropped)
        log_error("retention failed", {{"signal", options_.name}, {"error", dropped.error()}});
}

Result<void> Signal::drop_parts(const std::vector<std::shared_ptr<SignalPart>>& parts) {
    std::vector<ManifestEdit> edits;
    Change change;
    for (const auto& part : parts) {
        edits.emplace_back(DropPart{part->id()});
        change.removed.push_back(part->id());
    }
    return publish(std::move(edits), std::move(change));
}

/// Commits the edits, then shows the change. After an error it is pending: nobody knows whether
/// the disk has it, so nothing more is published until retry() succeeds.
Result<void> Signal::publish(std::vector<ManifestEdit> edits, Change change) {
    pending_.push_back(std::move(change));
    TRY(manifest_->commit(std::move(edits)));
    for (Change& durable : pending_) show(durable);
    pending_.clear();
    return {};
}

bool Signal::retry() {
    if (!manifest_->has_pending()) return true;
    Result<void> done = make_directories();
    if (done) done = manifest_->commit({});
    if (!done) {
        log_error("manifest is not writable", {{"signal", options_.name}, {"error", done.error()}});
        return false;
    }
    for (Change& durable : pending_) show(durable);
    pending_.clear();
    return true;
}

void Signal::show(Change& change) {
    const auto before = view();
    SignalView after;
    after.through = std::max(before->through, change.through);
    const auto goes = [&](const SignalPart& part) {
        return std::find(change.removed.begin(), change.removed.end(), part.id()) !=
               change.removed.end();
    };
    for (const auto& part : before->parts)
        if (!goes(*part)) after.parts.push_back(part);
    for (const auto& part : change.added) after.parts.push_back(part);
    view_.lock()->shown = std::make_shared<const SignalView>(std::move(after));
    for (const auto& part : before->parts)
        if (goes(*part)) part->doom();
    if (change.through == Lsn{}) return;
    // What came meanwhile is young: its age is counted from now on.
    open_since_ns_ = home_->clock.monotonic().ns;
    content_.drop(change.through);
    if (content_.open_bytes() == 0) open_since_ns_ = -1;
}

void Signal::set_gauges() {
    const std::uint64_t open = content_.open_bytes();
    const std::int64_t since = open_since_ns_;
    metrics_.open_bytes.set(static_cast<double>(open));
    metrics_.open_age_seconds.set(
        since < 0 ? 0 : Duration{home_->clock.monotonic().ns - since}.as_seconds());
    const auto shown = view();
    double bytes = 0;
    double damaged = 0;
    for (const auto& part : shown->parts) {
        bytes += static_cast<double>(part->facts().bytes);
        damaged += part->is_damaged() ? 1 : 0;
    }
    metrics_.parts.set(static_cast<double>(shown->parts.size()));
    metrics_.part_bytes.set(bytes);
    metrics_.damaged_parts.set(damaged);
    metrics_.wal_file_bytes.set(static_cast<double>(wal_->state().bytes));
}

}  // namespace tomograph
