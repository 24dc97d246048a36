#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "store/part/block_reader.h"
#include "store/part/cache.h"
#include "store/part/fragments.h"
#include "store/part/group_facts.h"
#include "store/part/group_reader.h"
#include "store/part/id_index.h"
#include "store/part/limits.h"
#include "store/part/part.h"
#include "store/part/rollup.h"
#include "store/part/v1/reader.h"

namespace tomograph {
namespace {

class Reader final : public PartReader {
 public:
    Reader(std::unique_ptr<PartBlockReader> blocks, std::shared_ptr<PartCache> cache)
        : blocks_(std::move(blocks)), cache_(std::move(cache)), cache_id_(cache_->new_reader()) {}
    ~Reader() override { cache_->drop(cache_id_); }

    Result<void> open() {
        if (facts().traces == 0) return {};
        auto groups = read_table(0);
        if (!groups && is_damage(groups.error())) {
            log_warn("part is damaged, the copy is read",
                     {{"part", path()}, {"error", groups.error()}});
            groups = read_table(1);
        }
        if (!groups) return std::move(groups).error();
        groups_ = std::move(*groups);
        runs_ = runs_of(groups_);
        const std::uint64_t traces = runs_.empty() ? 0 : runs_.back().first + runs_.back().rows;
        if (traces != facts().traces ||
            blocks_->blocks(PartSection::group_heads) != 2 * groups_.size() ||
            blocks_->blocks(PartSection::group_filters) != groups_.size())
            return Error(ErrorCode::corrupt,
                         fmt::format("{}: the group table does not fit the footer", path()));
        return {};
    }

    const PartFacts& facts() const override { return blocks_->footer().facts; }
    const std::string& path() const override { return blocks_->path(); }
    const std::vector<TraceRun>& runs() const override { return runs_; }

    Result<std::shared_ptr<GroupReader>> group(std::size_t run) override {
        ASSERT(run < groups_.size());
        return GroupReader::open({.blocks = blocks_.get(),
                                  .cache = cache_,
                                  .cache_id = cache_id_,
                                  .index = static_cast<std::uint32_t>(run),
                                  .facts = &groups_[run]});
    }

    Result<std::vector<TraceId>> fragments() override {
        if (!facts().has_fragments) return std::vector<TraceId>();
        auto listed = read_fragments(*blocks_);
        if (listed || !is_damage(listed.error())) return listed;
        log_warn("list of fragments of a part is damaged, its rows are scanned",
                 {{"error", listed.error()}});
        return scan_fragments(*this);
    }

    Result<std::vector<std::uint32_t>> find(TraceId id) override {
        auto candidates = find_candidates({*blocks_, *cache_, cache_id_}, id);
        if (!candidates && is_damage(candidates.error())) {
            log_warn("id index of a part is damaged, its rows are scanned",
                     {{"error", candidates.error()}});
            return find_by_scan(id);
        }
        if (!candidates) return candidates;
        std::vector<std::uint32_t> found;
        for (const std::uint32_t ordinal : *candidates) {
            const TraceRow candidate = TRY(row(ordinal));
            if (candidate.id == id) found.push_back(ordinal);
        }
        return found;
    }

    Result<std::vector<TraceRow>> rows() override {
        std::vector<TraceRow> all;
        for (std::size_t run = 0; run < runs_.size(); ++run) {
            const auto reader = TRY(group(run));
            for (std::size_t block = 0; block * trace_block_rows < runs_[run].rows; ++block) {
                const auto rows = TRY(reader->row_block(block));
                all.insert(all.end(), rows->begin(), rows->end());
            }
        }
        return all;
    }

    Result<TraceRow> row(std::uint32_t ordinal) override {
        const Place at = TRY(place_of(ordinal));
        return at.group->row(at.row);
    }
    Result<TraceKey> key(std::uint32_t ordinal) override {
        const Place at = TRY(place_of(ordinal));
        return at.group->key(at.row);
    }
    Result<std::vector<StoredDocument>> documents(std::uint32_t ordinal) override {
        const Place at = TRY(place_of(ordinal));
        return at.group->documents(at.row);
    }
    Result<std::vector<SpanRow>> spans(std::uint32_t ordinal, Arena& texts) override {
        const Place at = TRY(place_of(ordinal));
        return at.group->spans(at.row, texts);
    }

    Result<GraphRollup> rollup() override {
        const RollupTable table = TRY(rollup_table({}));
        return rollup_of(table);
    }

    Result<RollupTable> rollup_table(const RollupRead& read) override {
        return read_rollup(*blocks_, read);
    }

    Result<void> verify() override {
        TRY(blocks_->verify());
        for (std::size_t run = 0; run < runs_.size(); ++run) {
            const auto reader = TRY(group(run));
            TRY(reader->verify());
        }
        TRY(rollup_table({}));
        TRY(read_fragments(*blocks_));
        return {};
    }

 private:
    struct Place {
        std::shared_ptr<GroupReader> group;
        std::uint32_t row = 0;
    };

    Result<Place> place_of(std::uint32_t ordinal) {
        if (ordinal >= facts().traces)
            return Error(ErrorCode::corrupt,
                         fmt::format("{}: no row {} among {}", path(), ordinal, facts().traces));
        const auto after =
            std::upper_bound(runs_.begin(), runs_.end(), ordinal,
                             [](std::uint32_t at, const TraceRun& run) { return at < run.first; });
        const auto run = static_cast<std::size_t>(after - runs_.begin()) - 1;
        Place place;
        place.group = TRY(group(run));
        place.row = ordinal - runs_[run].first;
        return place;
    }

    Result<std::vector<GroupFacts>> read_table(std::uint32_t copy) const {
        const std::string table = TRY(blocks_->read(PartSection::groups, copy));
        auto groups = TRY_WITHIN(path(), decode_group_table(table));
        return groups;
    }

    // Slow, and only while the index is damaged: no trace is lost with a page of it.
    Result<std::vector<std::uint32_t>> find_by_scan(TraceId id) {
        std::vector<std::uint32_t> found;
        for (std::uint64_t ordinal = 0; ordinal < facts().traces; ++ordinal) {
            const TraceRow candidate = TRY(row(static_cast<std::uint32_t>(ordinal)));
            if (candidate.id == id) found.push_back(static_cast<std::uint32_t>(ordinal));
        }
        return found;
    }

    std::unique_ptr<PartBlockReader> blocks_;
    std::shared_ptr<PartCache> cache_;
    std::uint64_t cache_id_;
    std::vector<GroupFacts> groups_;
    std::vector<TraceRun> runs_;
};

}  // namespace

Result<std::unique_ptr<PartReader>> PartReader::open(FileSystem& files, const std::string& path,
                                                     std::shared_ptr<PartCache> cache,
                                                     FileKeys* keys) {
    auto blocks = TRY(PartBlockReader::open(files, path, keys));
    if (cache == nullptr) cache = std::make_shared<PartCache>(reader_cache_bytes);
    if (blocks->footer().facts.format == 1)
        return part_v1::make_reader(std::move(blocks), std::move(cache));
    auto reader = std::make_unique<Reader>(std::move(blocks), std::move(cache));
    TRY(reader->open());
    return std::unique_ptr<PartReader>(std::move(reader));
}

Result<void> check_part(FileSystem& files, const std::string& path) {
    const auto blocks = TRY(PartBlockReader::open_closed(files, path));
    return blocks->verify();
}

}  // namespace tomograph
