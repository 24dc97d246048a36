#include "store/engine/part_set.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "store/file_names.h"
#include "store/part/rollup.h"

namespace tomograph {
namespace {

constexpr std::uint16_t rollup_section = 0;

/// Calls with each row of the trace, until an io error.
template <class Look>
Result<void> each_row(const PartSnapshot& parts, TraceId id, const Look& look) {
    const std::int64_t second = id.claimed_second();
    for (const auto& part : parts.parts) {
        if (second < part->facts().claimed_second_min || second > part->facts().claimed_second_max)
            continue;
        const auto ordinals = part->reader().find(id);
        if (!ordinals) {
            if (ordinals.error().code() != ErrorCode::corrupt) return ordinals.error();
            part->report_damage(ordinals.error());
            continue;
        }
        for (const std::uint32_t ordinal : *ordinals) {
            const auto row = part->reader().row(ordinal);
            if (row) {
                TRY(look(*part, ordinal, *row));
            } else {
                if (row.error().code() != ErrorCode::corrupt) return row.error();
                part->report_damage(row.error());
            }
        }
    }
    return {};
}

void take_newest(TraceInParts& found, const TraceRow& row) {
    found.limit_exceeded |= (row.flags & trace_limit_exceeded) != 0;
    if (!found.row || row.lsn_max > found.row->lsn_max) found.row = row;
}

}  // namespace

Result<std::shared_ptr<LivePart>> LivePart::open(PartFiles files, const std::string& data_directory,
                                                 ManifestPart listed,
                                                 std::shared_ptr<PartCache> cache,
                                                 StoreMetrics& metrics) {
    std::string path = join_path(data_directory, listed.path);
    std::shared_ptr<LivePart> part(
        new LivePart(files.files, metrics, std::move(listed), std::move(path)));
    part->cache_key_ = cache->new_reader();
    part->cache_ = cache;
    part->reader_ = TRY(PartReader::open(files.files, part->path_, std::move(cache), files.keys));
    part->listed_.facts = part->reader_->facts();
    const std::vector<TraceId> fragments = TRY(part->reader_->fragments());
    part->fragments_.insert(fragments.begin(), fragments.end());
    return part;
}

LivePart::~LivePart() {
    if (cache_) cache_->drop(cache_key_);
    if (!is_doomed_) return;
    const auto removed = files_.remove(path_);
    if (!removed) log_warn("old part not removed", {{"error", removed.error()}});
}

Result<std::shared_ptr<const RollupTable>> LivePart::rollup() const {
    const PartCache::Key key{.reader = cache_key_, .section = rollup_section, .index = 0};
    auto cached = cache_->get<RollupTable>(key);
    if (cached) return cached;
    auto table = TRY(read_rollup(nullptr));
    cache_->put(key, table, table->bytes());
    return table;
}

Result<std::shared_ptr<const RollupTable>> LivePart::rollup_sums(const StretchRead& wanted) const {
    // One wide read wants a part once. Who looks around in it gets its cells into the cache, or
    // each step would decode all of them.
    if (wanted.selection == nullptr && was_summed_.exchange(true)) return rollup();
    const PartCache::Key key{.reader = cache_key_, .section = rollup_section, .index = 0};
    auto cached = cache_->get<RollupTable>(key);
    if (cached) return cached;
    return read_rollup(&wanted);
}

Result<std::shared_ptr<const RollupTable>> LivePart::read_rollup(const StretchRead* sums) const {
    std::optional<Error> damage;
    auto table = std::make_shared<const RollupTable>(
        TRY(reader_->rollup_table({.sums = sums, .damage = &damage})));
    if (damage) report_damage(*damage);
    return table;
}

void LivePart::report_damage(const Error& error) const {
    is_damaged_ = true;
    metrics_.damaged_reads.add();
    log_error("part is damaged", {{"part", path_}, {"error", error}});
}

Parts make_snapshot(std::vector<std::shared_ptr<LivePart>> parts,
                    std::vector<std::shared_ptr<LiveRollup>> rollups) {
    auto snapshot = std::make_shared<PartSnapshot>();
    std::sort(parts.begin(), parts.end(),
              [](const auto& a, const auto& b) { return a->id() < b->id(); });
    for (const auto& part : parts)
        snapshot->fragments.insert(part->fragments().begin(), part->fragments().end());
    snapshot->parts = std::move(parts);
    snapshot->rollups = std::move(rollups);
    return snapshot;
}

Parts changed(const Parts& now, PartChange change) {
    const auto stays = [](const auto& file, const std::vector<std::uint64_t>& removed) {
        return std::find(removed.begin(), removed.end(), file->id()) == removed.end();
    };
    for (const auto& part : now->parts)
        if (stays(part, change.removed)) change.added.push_back(part);
    for (const auto& rollup : now->rollups)
        if (stays(rollup, change.removed)) change.rollups_added.push_back(rollup);
    return make_snapshot(std::move(change.added), std::move(change.rollups_added));
}

Result<TraceInParts> look_up(const PartSnapshot& parts, TraceId id) {
    TraceInParts found;
    TRY(each_row(parts, id,
                 [&](const LivePart&, std::uint32_t, const TraceRow& row) -> Result<void> {
                     take_newest(found, row);
                     return {};
                 }));
    return found;
}

Result<TraceInParts> read_trace(const PartSnapshot& parts, TraceId id, DocumentSet& documents) {
    TraceInParts found;
    TRY(each_row(parts, id, [&](const LivePart& part, std::uint32_t ordinal, const TraceRow& row) {
        take_newest(found, row);
        return read_row(part, ordinal, documents);
    }));
    return found;
}

Result<std::optional<std::uint32_t>> retention_class_in(const PartSnapshot& parts, TraceId id) {
    std::optional<std::uint32_t> its_class;
    std::optional<Lsn> first;
    TRY(each_row(parts, id,
                 [&](const LivePart& part, std::uint32_t, const TraceRow& row) -> Result<void> {
                     if (first && row.lsn_max > *first) return {};
                     first = row.lsn_max;
                     its_class = part.retention_class();
                     return {};
                 }));
    if (its_class == retention_class_pinned) its_class.reset();
    return its_class;
}

Result<RowsOfPart> rows_of(const LivePart& part, const std::set<TraceId>& ids) {
    RowsOfPart rows;
    const PartFacts& facts = part.facts();
    // Ids are in the order of their seconds.
    const auto seconds = [](std::int64_t second) {
        return TraceId{.high = static_cast<std::uint64_t>(second) << 32, .low = 0};
    };
    if (facts.traces == 0) return rows;
    for (auto id = ids.lower_bound(seconds(facts.claimed_second_min));
         id != ids.end() && id->claimed_second() <= facts.claimed_second_max; ++id) {
        const auto found = TRY(part.reader().find(*id));
        rows.insert(rows.end(), found.begin(), found.end());
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

Result<void> read_row(const LivePart& part, std::uint32_t ordinal, DocumentSet& documents) {
    auto read = part.reader().documents(ordinal);
    if (read) {
        documents.add(std::move(*read));
        return {};
    }
    if (read.error().code() != ErrorCode::corrupt) return std::move(read).error();
    part.report_damage(read.error());
    return {};
}

}  // namespace tomograph
