#include "store/engine/rollup_folder.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "store/engine/open_graph.h"
#include "store/engine/pinned_rows.h"
#include "store/file_names.h"
#include "trace/graph_cells.h"

namespace tomograph {
namespace {

constexpr std::int64_t day_minutes = 24 * 60;
constexpr std::int64_t hour_minutes = 60;
constexpr std::int64_t middle_minutes = 5;

std::int64_t minutes_of(Duration duration) { return duration.ns / Duration::minutes(1).ns; }

/// First minutes of the month that holds `minute`, and of the next.
std::pair<std::int64_t, std::int64_t> month_of(std::int64_t minute) {
    using namespace std::chrono;
    const sys_days day{days(align_minute(minute, day_minutes) / day_minutes)};
    const year_month_day date{day};
    const year_month month = date.year() / date.month();
    const auto minute_of_first = [](const year_month& its) {
        return std::int64_t{sys_days{its / 1}.time_since_epoch().count()} * day_minutes;
    };
    return {minute_of_first(month), minute_of_first(month + months(1))};
}

/// Without the versions of groups that nobody reads of it: what judges not yet, what is history no
/// more.
std::shared_ptr<const RollupTable> table_that_counts(std::shared_ptr<const RollupTable> table,
                                                     const Groups& groups) {
    const auto counts = [&](GroupId group) {
        return group.is_all() || !groups || groups->use_of(group) == GroupUse::counted;
    };
    if (std::all_of(table->series.begin(), table->series.end(),
                    [&](const RollupSeries& series) { return counts(series.key.group); }))
        return table;
    GraphRollup cells = rollup_of(*table);
    std::erase_if(cells.cells, [&](const auto& cell) { return !counts(cell.first.group); });
    return std::make_shared<const RollupTable>(table_of(cells));
}

}  // namespace

/// Where cells of that minute belong by their age; nothing when they are too old.
std::optional<RollupFolder::Target> RollupFolder::target_of(std::int64_t minute,
                                                            std::int64_t grain_min) const {
    const EmbeddedStoreOptions& options = core_.options;
    // What claims to be of the far future is put with tomorrow, else each day of it had a file.
    const std::int64_t tomorrow = align_minute(now_, day_minutes) + day_minutes;
    const std::int64_t day = std::min(align_minute(minute, day_minutes), tomorrow);
    const auto [month, month_end] = month_of(day);
    const std::int64_t age = now_ - (day + day_minutes);
    std::int64_t grain = 1;
    if (ages_) {
        if (options.rollup_age > Duration{} && now_ - month_end >= minutes_of(options.rollup_age))
            return std::nullopt;
        if (age >= minutes_of(options.rollup_five_minutes_age))
            grain = hour_minutes;
        else if (age >= minutes_of(options.rollup_minute_age))
            grain = middle_minutes;
    }
    grain = std::max(grain, grain_min);
    return Target{.grain = grain, .period = grain == hour_minutes ? month : day};
}

bool RollupFolder::is_due(const LiveRollup& rollup) const {
    const ManifestRollup& listed = rollup.listed();
    const auto target = target_of(listed.period, listed.grain);
    // What is damaged stays as it is until it goes: a copy would make the loss final.
    return !target || (target->grain > listed.grain && !rollup.is_damaged());
}

std::vector<std::shared_ptr<LiveRollup>> RollupFolder::due_rollups() const {
    std::vector<std::shared_ptr<LiveRollup>> due;
    for (const auto& rollup : core_.parts()->rollups)
        if (is_due(*rollup)) due.push_back(rollup);
    return due;
}

Result<void> RollupFolder::run(const Request& request) {
    now_ = minute_of(core_.clock.now());
    ages_ = request.ages;
    const auto due = due_rollups();
    auto part = request.parts.begin();
    auto rollup = due.begin();
    while (part != request.parts.end() || rollup != due.end()) {
        const Duration start = core_.clock.monotonic();
        Batch batch;
        const auto fill = [&]() -> Result<void> {
            while (rollup != due.end() && batch.cells < fold_cells_max) TRY(take(*rollup++, batch));
            while (part != request.parts.end() && batch.cells < fold_cells_max)
                TRY(take(*part++, batch));
            return take_crowded(batch);
        };
        auto folded = fill();
        if (!folded)
            for (const auto& unused : batch.kept) unused->doom();
        if (folded && batch.parts.empty() && batch.rollups.empty()) continue;
        if (folded) folded = fold(std::move(batch), request.floor);
        core_.metrics.fold_seconds.observe((core_.clock.monotonic() - start).as_seconds());
        if (!folded) {
            core_.metrics.fold_failures.add();
            return std::move(folded).error().within("fold");
        }
        core_.metrics.folds.add();
    }
    return {};
}

Result<void> RollupFolder::keep_pinned(const std::shared_ptr<LivePart>& part, Batch& batch) {
    const auto rows = TRY(rows_of(*part, publisher_.manifest().state().pins));
    if (rows.empty()) return {};
    PinnedRows kept = TRY(write_pinned(
        core_, assembly_, {.part = *part, .rows = rows, .id = publisher_.next_part_id()}));
    batch.kept.push_back(std::move(kept.part));
    add_slices(table_that_counts(kept.moved, groups_now(core_)), 1, batch);
    return {};
}

Result<void> RollupFolder::take(const std::shared_ptr<LivePart>& part, Batch& batch) {
    const auto kept = keep_pinned(part, batch);
    if (!kept && kept.error().code() == ErrorCode::corrupt) {
        // What is damaged stays as it is: a copy would make the loss final.
        part->report_damage(kept.error());
        return {};
    }
    TRY(kept);
    const auto table = part->rollup();
    if (table)
        add_slices(table_that_counts(*table, groups_now(core_)), 1, batch);
    else if (table.error().code() == ErrorCode::corrupt)
        part->report_damage(table.error());
    else
        return table.error();
    batch.parts.push_back(part);
    return {};
}

Result<void> RollupFolder::take(const std::shared_ptr<LiveRollup>& rollup, Batch& batch) const {
    const ManifestRollup& listed = rollup->listed();
    if (target_of(listed.period, listed.grain)) {
        const auto table = TRY(rollup->table());
        if (rollup->is_damaged()) return {};
        add_slices(table, listed.grain, batch);
    }
    batch.rollups.push_back(rollup);
    return {};
}

void RollupFolder::add_slices(const std::shared_ptr<const RollupTable>& table, std::int64_t grain,
                              Batch& batch) const {
    std::vector<std::int64_t> days;
    for (const RollupRow& row : table->rows) {
        const std::int64_t day = align_minute(row.minute, day_minutes);
        if (days.empty() || days.back() != day) days.push_back(day);
    }
    std::sort(days.begin(), days.end());
    days.erase(std::unique(days.begin(), days.end()), days.end());
    for (const std::int64_t day : days) {
        const auto target = target_of(day, grain);
        if (!target) continue;
        batch.slices[*target].push_back(
            {.table = table.get(), .first = day, .last = day + day_minutes - 1});
    }
    batch.cells += table->rows.size();
    batch.tables.push_back(table);
}

Result<void> RollupFolder::take_crowded(Batch& batch) const {
    std::map<Target, std::vector<std::shared_ptr<LiveRollup>>> there;
    for (const auto& rollup : core_.parts()->rollups) {
        const Target target{.grain = rollup->listed().grain, .period = rollup->listed().period};
        const bool is_taken =
            std::find(batch.rollups.begin(), batch.rollups.end(), rollup) != batch.rollups.end();
        if (!is_taken && !rollup->is_damaged() && batch.slices.contains(target))
            there[target].push_back(rollup);
    }
    for (const auto& [target, rollups] : there) {
        if (rollups.size() + 1 < fold_fan_in) continue;
        for (const auto& rollup : rollups) TRY(take(rollup, batch));
    }
    return {};
}

Result<std::shared_ptr<LiveRollup>> RollupFolder::write(const Target& target,
                                                        const RollupTable& table) {
    ManifestRollup listed{.id = publisher_.next_part_id(),
                          .path = "",
                          .grain = target.grain,
                          .period = target.period};
    listed.path =
        rollup_path({.second = target.period * 60, .grain = target.grain, .id = listed.id});
    const std::string path = core_.path(listed.path);
    const std::string temporary = path + std::string(temporary_suffix);
    auto written = write_rollup_file(core_.part_files(), temporary, table, listed);
    if (written) written = core_.files.rename(temporary, path);
    if (!written) {
        // The next start removes what cannot be removed now.
        static_cast<void>(core_.files.remove(temporary));
        return std::move(written).error();
    }
    auto live = LiveRollup::open(core_.part_files(), core_.options.directory, std::move(listed),
                                 core_.cache, core_.metrics);
    if (!live) static_cast<void>(core_.files.remove(path));
    return live;
}

Result<void> RollupFolder::fold(Batch batch, Lsn floor) {
    std::vector<ManifestEdit> edits{SetFloor{floor}};
    Publisher::Change change;
    Result<void> written;
    for (const auto& [target, slices] : batch.slices) {
        const RollupTable table = sum_rollups(slices, {.grain = target.grain});
        if (table.rows.empty()) continue;
        auto rollup = write(target, table);
        if (!rollup) {
            written = std::move(rollup).error();
            break;
        }
        edits.emplace_back(AddRollup{(*rollup)->listed()});
        change.rollups_added.push_back(std::move(*rollup));
    }
    if (written && !change.rollups_added.empty())
        written = core_.files.sync_directory(core_.path(rollup_directory));
    if (!written) {
        for (const auto& rollup : change.rollups_added) rollup->doom();
        for (const auto& part : batch.kept) part->doom();
        return written;
    }
    for (const auto& part : batch.kept) {
        edits.emplace_back(AddPart{part->listed()});
        change.added.push_back(part);
    }
    for (const auto& rollup : batch.rollups) {
        edits.emplace_back(DropRollup{rollup->id()});
        change.removed.push_back(rollup->id());
    }
    for (const auto& part : batch.parts) {
        log_info("part expired", {{"part", part->path()}});
        edits.emplace_back(DropPart{part->id()});
        change.removed.push_back(part->id());
    }
    return publisher_.publish(std::move(edits), std::move(change));
}

}  // namespace tomograph
