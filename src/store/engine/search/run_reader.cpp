#include "store/engine/search/run_reader.h"

#include <algorithm>

namespace tomograph {
namespace {

/// The key, or nothing where the part is damaged: that is told when the row is walked.
Result<std::optional<TraceCursor>> key_at(const LivePart& part, const TraceRun& run,
                                          std::uint64_t row) {
    const auto key = part.reader().key(static_cast<std::uint32_t>(run.first + row));
    if (key) return std::optional(TraceCursor{.second = key->second, .id = key->id});
    if (key.error().code() != ErrorCode::corrupt) return key.error();
    return std::optional<TraceCursor>();
}

/// The first row of [low, high) of which `is_above` holds, as it does for all behind it; nothing
/// where the part is damaged.
template <class IsAbove>
Result<std::optional<std::uint64_t>> first_row(const LivePart& part, const TraceRun& run,
                                               std::uint64_t low, std::uint64_t high,
                                               const IsAbove& is_above) {
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        const auto at = TRY(key_at(part, run, middle));
        if (!at) return std::optional<std::uint64_t>();
        if (is_above(*at))
            high = middle;
        else
            low = middle + 1;
    }
    return std::optional(low);
}

/// What is damaged is not counted.
Result<std::shared_ptr<const RunCounts>> count_rows(const RunCounter& counter, const LivePart& part,
                                                    std::size_t run, const column::Bitmap& rows) {
    const auto count = [&]() -> Result<std::shared_ptr<const RunCounts>> {
        const auto group = TRY(part.reader().group(run));
        if (!group) return std::shared_ptr<const RunCounts>();
        return counter.count(*group, rows);
    };
    auto counts = count();
    if (counts || counts.error().code() != ErrorCode::corrupt) return counts;
    part.report_damage(counts.error());
    return std::shared_ptr<const RunCounts>();
}

}  // namespace

bool is_below(const WalkRange& range, TraceCursor at) {
    if (range.before && at >= *range.before) return false;
    return range.type != TimeRangeType::trace_id ||
           Instant::from_seconds(at.second) < range.range.end;
}

Result<ReadRun> RunReader::read(const LivePart& part, std::size_t run) {
    const TraceRun& of = part.reader().runs()[run];
    ReadRun read{.first = 0, .end = of.rows};
    TRY(find_ends(part, of, read));
    if (!judge_ || read.first == read.end) return read;
    TRY(judge(part, run, read));
    TRY(keep_those_elsewhere(part, of, read));
    TRY(count(part, run, read));
    return read;
}

/// Cuts off the rows that are too new, and the ones that are too old where rows are in that order.
Result<void> RunReader::find_ends(const LivePart& part, const TraceRun& run, ReadRun& read) const {
    const WalkRange& range = walk_.range;
    const bool is_by_second = range.type == TimeRangeType::trace_id;
    const bool is_below_all =
        is_by_second && !range.before && Instant::from_seconds(run.second_max) < range.range.end;
    if (!is_below_all) {
        const auto end = TRY(first_row(part, run, 0, run.rows,
                                       [&](TraceCursor at) { return !is_below(range, at); }));
        if (!end) return {};  // then each row is asked
        read.end = *end;
    }
    if (!is_by_second) {
        read.is_inside = range.type == TimeRangeType::event && run.start_min >= range.range.start &&
                         run.end_max < range.range.end;
        return {};
    }
    const auto is_new_enough = [&](std::int64_t second) {
        return Instant::from_seconds(second) >= range.range.start;
    };
    if (!is_new_enough(run.second_min)) {
        const auto first = TRY(first_row(part, run, 0, read.end,
                                         [&](TraceCursor at) { return is_new_enough(at.second); }));
        if (!first) return {};
        read.first = *first;
    }
    read.is_inside = true;
    return {};
}

Result<void> RunReader::judge(const LivePart& part, std::size_t run, ReadRun& read) {
    read.verdicts = TRY(judge_->judge(part, run));
    ASSERT(read.verdicts.size() == part.reader().runs()[run].rows);
    return {};
}

/// What columns say of one row is nothing about a trace that has others.
Result<void> RunReader::keep_those_elsewhere(const LivePart& part, const TraceRun& run,
                                             ReadRun& read) const {
    const auto& fragments = walk_.parts->fragments;
    if (walk_.open_ids.empty() && fragments.empty()) return {};
    for (std::uint64_t row = read.first; row < read.end; ++row) {
        if (read.verdicts[row] == Verdict::unknown) continue;
        const auto at = TRY(key_at(part, run, row));
        if (!at || walk_.open_ids.contains(at->id) || fragments.contains(at->id))
            read.verdicts[row] = Verdict::unknown;
    }
    return {};
}

Result<void> RunReader::count(const LivePart& part, std::size_t run, ReadRun& read) const {
    if (walk_.counter == nullptr || !read.is_inside) return {};
    column::Bitmap matching(read.verdicts.size());
    for (std::uint64_t row = read.first; row < read.end; ++row)
        if (read.verdicts[row] == Verdict::yes) matching.set(row);
    if (matching.any()) read.counts = TRY(count_rows(*walk_.counter, part, run, matching));
    return {};
}

Result<RunReader::Share> RunReader::share_above(const Walk& walk, const Rows& rows,
                                                TraceCursor at) {
    const TraceRun& run = rows.part.reader().runs()[rows.run];
    Share share;
    column::Bitmap counted(run.rows);
    const auto first = TRY(first_row(rows.part, run, rows.first, rows.read.end,
                                     [&](TraceCursor row) { return row >= at; }));
    if (!first) return share;
    std::uint64_t seen = 0;
    for (std::uint64_t row = rows.first; row < rows.read.end && seen < rows.passed; ++row) {
        if (!rows.read.is_passed(row)) continue;
        ++seen;
        if (row < *first) continue;
        ++share.passed;
        if (rows.read.is_counted(row)) counted.set(row);
    }
    if (counted.any()) share.counts = TRY(count_rows(*walk.counter, rows.part, rows.run, counted));
    return share;
}

}  // namespace tomograph
