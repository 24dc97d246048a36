#include "store/engine/merger.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/log.h"
#include "store/engine/summariser.h"
#include "store/file_names.h"
#include "store/part/merge.h"

namespace tomograph {
namespace {

using Group = std::vector<std::shared_ptr<LivePart>>;

/// The first parts of the group, as many as make a part of allowed size; empty when they are too
/// few.
Group worthwhile(const Group& group, const EmbeddedStoreOptions& options) {
    Group inputs;
    std::uint64_t spans = 0;
    for (const auto& part : group) {
        spans += part->facts().spans;
        if (inputs.size() == merge_fan_in_max || spans > options.merge_spans_max) break;
        inputs.push_back(part);
    }
    // Parts that are large already stay as they are.
    return inputs.size() >= options.merge_fan_in ? inputs : Group();
}

bool keeps(const std::set<TraceId>& whole, const std::set<TraceId>& pins) {
    return std::includes(whole.begin(), whole.end(), pins.begin(), pins.end());
}

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

bool Merger::is_paused() const {
    return core_.disk_is_low || core_.clock.monotonic() < not_before_;
}

std::optional<MergePlan> Merger::plan() {
    if (is_paused()) return std::nullopt;
    std::map<std::pair<std::uint32_t, std::string>, Group> groups;  // level and day
    for (const auto& part : core_.parts()->parts) {
        const ManifestPart& listed = part->listed();
        if (listed.level < merge_level_max && !part->is_damaged() && !reevaluator_.holds(*part))
            groups[{listed.level, directory_of(listed.path)}].push_back(part);
    }
    for (const auto& [level_and_day, group] : groups) {
        Group inputs = worthwhile(group, core_.options);
        if (inputs.empty() || !disk_has_room(inputs)) continue;
        return plan_of(std::move(inputs), level_and_day.first + 1);
    }
    return std::nullopt;
}

std::optional<MergePlan> Merger::plan_rewrite(std::shared_ptr<LivePart> part) {
    const Duration now = core_.clock.monotonic();
    if (is_paused() || now < rewrite_not_before_ || !disk_has_room({part})) return std::nullopt;
    rewrite_began_ = now;
    const std::uint32_t level = part->listed().level;
    return plan_of({std::move(part)}, level);
}

std::optional<MergePlan> Merger::plan_summary(std::shared_ptr<LivePart> part) {
    if (reevaluator_.holds(*part)) return std::nullopt;
    auto plan = plan_rewrite(std::move(part));
    if (plan)
        plan->whole = std::make_shared<const std::set<TraceId>>(publisher_.manifest().state().pins);
    return plan;
}

std::optional<MergePlan> Merger::plan_reevaluation(std::shared_ptr<LivePart> part,
                                                   PartOrder order) {
    auto plan = plan_rewrite(std::move(part));
    if (plan) plan->order = std::move(order);
    return plan;
}

Result<std::optional<MergePlan>> Merger::plan_compaction() {
    std::map<std::string, Group> days;
    for (const auto& part : core_.parts()->parts)
        if (!part->is_damaged()) days[directory_of(part->listed().path)].push_back(part);
    for (auto& [day, group] : days) {
        if (group.size() < 2) continue;
        std::stable_sort(group.begin(), group.end(), [](const auto& a, const auto& b) {
            return a->facts().spans < b->facts().spans;
        });
        if (group.size() > merge_fan_in_max) group.resize(merge_fan_in_max);
        if (core_.disk_is_low || !disk_has_room(group))
            return Error(
                ErrorCode::limit,
                fmt::format("the disk has no room to merge {} parts of {}", group.size(), day));
        std::uint32_t level = 0;
        for (const auto& part : group) level = std::max(level, part->listed().level + 1);
        return std::optional(plan_of(std::move(group), std::min(level, merge_level_max)));
    }
    return std::optional<MergePlan>();
}

MergePlan Merger::plan_of(Group inputs, std::uint32_t level) {
    // Of one day and class, all of them.
    const std::string& first = inputs.front()->listed().path;
    PartName name{.level = level,
                  .second_min = day_second_of(first) + 86'399,
                  .second_max = day_second_of(first),
                  .id = publisher_.next_part_id(),
                  .retention_class = retention_class_of(first)};
    for (const auto& part : inputs) {
        if (part->facts().traces == 0) continue;  // only sums
        name.second_min = std::min(name.second_min, part->facts().second_min);
        name.second_max = std::max(name.second_max, part->facts().second_max);
    }
    return {.inputs = std::move(inputs),
            .output = {.id = name.id, .level = name.level, .path = part_path(name), .facts = {}},
            .whole = nullptr};
}

/// Inputs and output are on the disk together for a while.
bool Merger::disk_has_room(const Group& inputs) const {
    std::uint64_t bytes = 0;
    for (const auto& part : inputs) bytes += part->facts().bytes;
    const auto space = core_.files.space(core_.options.directory);
    return space && space->free_bytes > core_.options.disk_free_min_bytes + 2 * bytes;
}

Result<std::shared_ptr<LivePart>> Merger::write_part(const MergePlan& plan,
                                                     const std::string& temporary) const {
    std::vector<PartReader*> readers;
    readers.reserve(plan.inputs.size());
    for (const auto& part : plan.inputs) readers.push_back(&part->reader());
    ManifestPart output = plan.output;
    MergeOptions options;
    options.seal = {.keys = core_.file_keys(), .part_id = output.id};
    if (plan.whole) options.summarise = Summariser(plan.whole);
    GraphRollup correction;
    if (plan.order) {
        correction = TRY(correction_of(*plan.order, *plan.inputs.front()));
        options.correction = &correction;
    }
    output.facts = TRY(merge_parts(core_.files, readers, temporary, options));
    const std::string path = core_.path(output.path);
    TRY(core_.files.rename(temporary, path));
    TRY(core_.files.sync_directory(directory_of(path)));
    return LivePart::open(core_.part_files(), core_.options.directory, std::move(output),
                          core_.cache, core_.metrics);
}

Result<std::shared_ptr<LivePart>> Merger::write(const MergePlan& plan) const {
    const Duration start = core_.clock.monotonic();
    const std::string path = core_.path(plan.output.path);
    const std::string temporary = path + std::string(temporary_suffix);
    auto written = write_part(plan, temporary);
    if (!plan.is_rewrite())
        core_.metrics.merge_seconds.observe((core_.clock.monotonic() - start).as_seconds());
    if (!written) {
        // Under either name it is an unfinished publication, which the next start would remove.
        static_cast<void>(core_.files.remove(temporary));
        static_cast<void>(core_.files.remove(path));
    }
    return written;
}

Result<void> Merger::publish(const MergePlan& plan, Result<std::shared_ptr<LivePart>> written) {
    if (plan.is_rewrite()) {
        const Duration now = core_.clock.monotonic();
        rewrite_not_before_ = now + (now - rewrite_began_);
    }
    if (!written) {
        core_.metrics.merge_failures.add();
        not_before_ = core_.clock.monotonic() + disk_probe_interval;
        if (written.error().code() == ErrorCode::corrupt) {
            // Whose damage it is shows when each is read alone.
            if (plan.inputs.size() == 1) plan.inputs.front()->report_damage(written.error());
            for (const auto& part : plan.inputs) {
                if (part->is_damaged()) continue;
                const auto verified = part->reader().verify();
                if (!verified && verified.error().code() == ErrorCode::corrupt)
                    part->report_damage(verified.error());
            }
        }
        return std::move(written).error().within("merge");
    }
    const Parts now = core_.parts();
    if (plan.whole && !keeps(*plan.whole, publisher_.manifest().state().pins)) {
        // One was pinned meanwhile, and may be in it: again, with its documents.
        static_cast<void>(core_.files.remove((*written)->path()));
        return {};
    }
    std::vector<ManifestEdit> edits{AddPart{(*written)->listed()}};
    Publisher::Change change{
        .added = {*written}, .removed = {}, .prepare = nullptr, .show = nullptr};
    for (const auto& input : plan.inputs) {
        const bool is_live =
            std::find(now->parts.begin(), now->parts.end(), input) != now->parts.end();
        if (!is_live) {
            // Retention was faster. What expired must not come back in another part.
            static_cast<void>(core_.files.remove((*written)->path()));
            return {};
        }
        edits.emplace_back(DropPart{input->id()});
        change.removed.push_back(input->id());
    }
    TRY(publisher_.publish(std::move(edits), std::move(change)));
    count(plan, **written);
    return {};
}

void Merger::count(const MergePlan& plan, const LivePart& written) {
    if (plan.order) return core_.metrics.reevaluated_parts.add();
    if (!plan.whole) return core_.metrics.merges.add();
    const std::uint64_t before = plan.inputs.front()->facts().bytes;
    const std::uint64_t after = written.facts().bytes;
    core_.metrics.summary_parts.add();
    core_.metrics.summary_spans.add(written.facts().spans);
    core_.metrics.summary_freed_bytes.add(before - std::min(before, after));
    log_info("part became a summary",
             {{"path", written.listed().path}, {"bytes", after}, {"bytes_before", before}});
}

}  // namespace tomograph
