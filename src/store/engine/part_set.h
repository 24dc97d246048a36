#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/guarded.h"
#include "store/engine/document_set.h"
#include "store/engine/manifest.h"
#include "store/engine/rollup_file.h"
#include "store/engine/store_metrics.h"
#include "store/file_names.h"
#include "store/part/cache.h"
#include "store/part/part.h"

namespace tomograph {

/// A part that readers may use as long as they hold it. Its file goes when it is doomed and nobody
/// does.
class LivePart {
 public:
    /// Opens the file and learns which traces are fragments. errors: as PartReader
    static Result<std::shared_ptr<LivePart>> open(PartFiles files,
                                                  const std::string& data_directory,
                                                  ManifestPart listed,
                                                  std::shared_ptr<PartCache> cache,
                                                  StoreMetrics& metrics);
    ~LivePart();
    LivePart(const LivePart&) = delete;
    LivePart& operator=(const LivePart&) = delete;

    std::uint64_t id() const { return listed_.id; }
    const ManifestPart& listed() const { return listed_; }
    const PartFacts& facts() const { return listed_.facts; }
    std::uint32_t retention_class() const { return retention_class_; }
    const std::string& path() const { return path_; }
    PartReader& reader() const { return *reader_; }

    /// Traces with a row here that has older ones.
    const std::unordered_set<TraceId>& fragments() const { return fragments_; }

    /// The rollup, from the cache if it is there. Damaged blocks are left out and reported.
    Result<std::shared_ptr<const RollupTable>> rollup() const;
    /// As good as rollup() to who asks for whole stretches of those: itself if it is cached, else
    /// their sums, which are not kept. From the second time on, itself,
    /// but for a selection, which takes little. errors: as rollup()
    Result<std::shared_ptr<const RollupTable>> rollup_sums(const StretchRead& wanted) const;

    /// The file is not listed any more: remove it after the last reader.
    void doom() { is_doomed_ = true; }
    /// A block of it cannot be read: counted and logged. The part's other blocks stay in use, but a
    /// merge would make the loss final, so it is left out of merges.
    void report_damage(const Error& error) const;
    bool is_damaged() const { return is_damaged_; }

 private:
    LivePart(FileSystem& files, StoreMetrics& metrics, ManifestPart listed, std::string path)
        : files_(files),
          metrics_(metrics),
          listed_(std::move(listed)),
          path_(std::move(path)),
          retention_class_(retention_class_of(listed_.path)) {}

    Result<std::shared_ptr<const RollupTable>> read_rollup(const StretchRead* sums) const;

    FileSystem& files_;
    StoreMetrics& metrics_;
    ManifestPart listed_;
    std::string path_;
    std::uint32_t retention_class_;
    std::shared_ptr<PartCache> cache_;
    std::uint64_t cache_key_ = 0;
    std::unique_ptr<PartReader> reader_;
    std::unordered_set<TraceId> fragments_;
    std::atomic<bool> is_doomed_{false};
    mutable std::atomic<bool> is_damaged_{false};
    mutable std::atomic<bool> was_summed_{false};
};

/// All live files at one moment, parts by id. Immutable.
struct PartSnapshot {
    std::vector<std::shared_ptr<LivePart>> parts;
    /// Traces that may have several rows: the one with the highest lsn_max speaks for the trace.
    std::unordered_set<TraceId> fragments;
    std::vector<std::shared_ptr<LiveRollup>> rollups;  ///< sums of parts that expired
};
using Parts = std::shared_ptr<const PartSnapshot>;

Parts make_snapshot(std::vector<std::shared_ptr<LivePart>> parts,
                    std::vector<std::shared_ptr<LiveRollup>> rollups = {});

/// What comes, and the ids of what goes: parts and rollups are numbered together.
struct PartChange {
    std::vector<std::shared_ptr<LivePart>> added{};
    std::vector<std::shared_ptr<LiveRollup>> rollups_added{};
    std::vector<std::uint64_t> removed{};
};
Parts changed(const Parts& now, PartChange change);

/// What the parts hold of one trace. Damaged blocks are left out and reported.
struct TraceInParts {
    std::optional<TraceRow> row;  ///< the newest, for the whole trace
    bool limit_exceeded = false;
};
/// errors: io
Result<TraceInParts> look_up(const PartSnapshot& parts, TraceId id);
/// Adds the documents of every row. errors: io
Result<TraceInParts> read_trace(const PartSnapshot& parts, TraceId id, DocumentSet& documents);

/// The class of the trace's first row; nothing when there is none, or it is pinned. errors: io
Result<std::optional<std::uint32_t>> retention_class_in(const PartSnapshot& parts, TraceId id);

/// Where the rows of some traces stand in one part, ascending.
using RowsOfPart = std::vector<std::uint32_t>;
/// errors: io, corrupt (the part's id index)
Result<RowsOfPart> rows_of(const LivePart& part, const std::set<TraceId>& ids);

/// Adds the documents of one row; damaged ones are left out, counted and logged. errors: io
Result<void> read_row(const LivePart& part, std::uint32_t ordinal, DocumentSet& documents);

}  // namespace tomograph
