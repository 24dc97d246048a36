#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/file_system.h"
#include "model/document.h"
#include "store/part/part.h"
#include "store/retention_policy.h"

namespace tomograph {

// Which parts and rollups are live (docs/formats/manifest.md).

struct ManifestPart {
    std::uint64_t id = 0;
    std::uint32_t level = 0;
    std::string path;  ///< below the data directory
    PartFacts facts;
};

/// Sums that outlive their spans (docs/formats/rollup.md).
struct ManifestRollup {
    std::uint64_t id = 0;         ///< from the same sequence as those of parts
    std::string path;             ///< below the data directory
    std::int64_t grain = 1;       ///< minutes of a cell: 1, 5 or 60
    std::int64_t period = 0;      ///< first minute of the day, or of the month for grain 60
    std::int64_t minute_min = 0;  ///< of the cells
    std::int64_t minute_max = -1;
    std::uint64_t cells = 0;
    std::uint64_t bytes = 0;  ///< of the file
};

struct AddPart {
    ManifestPart part;
};
struct DropPart {
    std::uint64_t id = 0;
};
struct SetFloor {
    Lsn floor;
};
struct NoteQuarantine {
    std::uint64_t part_id = 0;  ///< of a part or a rollup; 0: of neither
    std::string what;
    std::string why;
};
struct SetNextPartId {
    std::uint64_t id = 0;
};
struct MarkClean {};
struct AddRollup {
    ManifestRollup rollup;
};
struct DropRollup {
    std::uint64_t id = 0;
};

/// All policies, in place of those before.
struct SetPolicies {
    std::vector<RetentionPolicy> policies;
};
/// Documents of the log up to that number are gone, for ever.
struct Redact {
    TraceId id;
    Lsn through;
};
struct Pin {
    TraceId id;
};
struct Unpin {
    TraceId id;
};

/// Order matters: the type of an edit is its index plus one.
using ManifestEdit =
    std::variant<AddPart, DropPart, SetFloor, NoteQuarantine, SetNextPartId, MarkClean, AddRollup,
                 DropRollup, SetPolicies, Redact, Pin, Unpin>;

struct ManifestState {
    std::map<std::uint64_t, ManifestPart> parts;
    std::map<std::uint64_t, ManifestRollup> rollups;
    std::vector<RetentionPolicy> policies;  ///< ascending by class
    std::map<TraceId, Lsn> redacted;        ///< whose documents the log may still hold
    std::set<TraceId> pins;
    Lsn floor{1};  ///< log frames below are not needed
    std::uint64_t next_part_id = 1;
    bool is_clean = false;  ///< the last edit was MarkClean

    void apply(const ManifestEdit& edit);
};

std::string encode_edits(const std::vector<ManifestEdit>& edits);
/// errors: corrupt
Result<std::vector<ManifestEdit>> decode_edits(std::string_view bytes);

/// What one manifest file holds.
struct ManifestContents {
    ManifestState state;
    std::uint32_t number = 0;
    std::uint64_t store_id = 0;
    bool is_damaged = false;  ///< records are missing: what is live is not known for certain
};

/// errors  corrupt  no valid header or first record; invalid  a newer format
Result<ManifestContents> read_manifest(std::string_view bytes);

/// Writes a manifest that says just this, and CURRENT, below `data_directory`; both synced.
/// errors: io, limit
Result<std::unique_ptr<File>> write_manifest(FileSystem& files, const std::string& data_directory,
                                             const ManifestContents& contents);

/// The manifest in force. Not for threads: the thread that maintains the store owns it.
class Manifest {
 public:
    Manifest(FileSystem& files, std::string data_directory);

    /// Reads what CURRENT names. Nothing when there is no manifest at all.
    /// errors  io, corrupt (no readable manifest although there are some), invalid (newer format)
    Result<std::optional<ManifestContents>> load();

    /// Takes `contents` as the state from here on. The next commit writes a new file.
    void adopt(ManifestContents contents);

    /// Makes the edits durable, all or none; then state() has them.
    ///
    /// After a failure nobody knows whether the disk has them: they stay pending, and the next
    /// commit writes them again with its own, into a new file. Until then nothing that they name
    /// may be removed.
    Result<void> commit(std::vector<ManifestEdit> edits);
    bool has_pending() const { return !pending_.empty(); }

    const ManifestState& state() const { return contents_.state; }
    std::uint64_t store_id() const { return contents_.store_id; }
    bool is_damaged() const { return contents_.is_damaged; }

    /// Removes manifests other than the one in force.
    void remove_others();

 private:
    std::string path_of(std::uint32_t number) const;
    Result<std::optional<ManifestContents>> load_number(std::uint32_t number);
    Result<void> append(const std::string& payload);
    Result<void> rewrite(const ManifestState& state);

    FileSystem& files_;
    std::string directory_;
    ManifestContents contents_;
    std::unique_ptr<File> file_;  ///< none: the next commit rewrites
    std::uint64_t size_ = 0;
    std::uint32_t seed_ = 0;
    std::uint64_t sequence_ = 0;
    std::uint32_t number_highest_ = 0;  ///< ever tried
    std::vector<ManifestEdit> pending_;
};

}  // namespace tomograph
