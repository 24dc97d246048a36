#include "store/engine/rollup_file.h"

#include "base/log.h"
#include "store/file_names.h"
#include "store/part/rollup.h"

namespace tomograph {
namespace {

constexpr std::uint16_t rollup_section = 0;

}  // namespace

Result<void> write_rollup_file(PartFiles files, const std::string& path, const RollupTable& table,
                               ManifestRollup& listed) {
    const auto writer =
        TRY(PartWriter::create(files.files, path, {.keys = files.keys, .part_id = listed.id}));
    const PartFacts facts = TRY(writer->finish(table));
    listed.minute_min = facts.minute_min;
    listed.minute_max = facts.minute_max;
    listed.cells = table.rows.size();
    listed.bytes = facts.bytes;
    return {};
}

Result<std::shared_ptr<LiveRollup>> LiveRollup::open(PartFiles files,
                                                     const std::string& data_directory,
                                                     ManifestRollup listed,
                                                     std::shared_ptr<PartCache> cache,
                                                     StoreMetrics& metrics) {
    std::string path = join_path(data_directory, listed.path);
    std::shared_ptr<LiveRollup> rollup(
        new LiveRollup(files.files, metrics, std::move(listed), std::move(path)));
    rollup->cache_key_ = cache->new_reader();
    rollup->cache_ = cache;
    rollup->reader_ =
        TRY(PartReader::open(files.files, rollup->path_, std::move(cache), files.keys));
    return rollup;
}

LiveRollup::~LiveRollup() {
    if (cache_) cache_->drop(cache_key_);
    if (!is_doomed_) return;
    const auto removed = files_.remove(path_);
    if (!removed) log_warn("old rollup not removed", {{"error", removed.error()}});
}

Result<std::shared_ptr<const RollupTable>> LiveRollup::table() const {
    const PartCache::Key key{.reader = cache_key_, .section = rollup_section, .index = 0};
    auto cached = cache_->get<RollupTable>(key);
    if (cached) return cached;
    auto table = TRY(read(nullptr));
    cache_->put(key, table, table->bytes());
    return table;
}

Result<std::shared_ptr<const RollupTable>> LiveRollup::sums(const StretchRead& wanted) const {
    if (wanted.selection == nullptr && was_summed_.exchange(true)) return table();
    const PartCache::Key key{.reader = cache_key_, .section = rollup_section, .index = 0};
    auto cached = cache_->get<RollupTable>(key);
    if (cached) return cached;
    return read(&wanted);
}

Result<std::shared_ptr<const RollupTable>> LiveRollup::read(const StretchRead* sums) const {
    std::optional<Error> damage;
    auto table = std::make_shared<const RollupTable>(
        TRY(reader_->rollup_table({.sums = sums, .damage = &damage})));
    if (damage) {
        is_damaged_ = true;
        metrics_.damaged_reads.add();
        log_error("rollup is damaged", {{"rollup", path_}, {"error", *damage}});
    }
    return table;
}

}  // namespace tomograph
