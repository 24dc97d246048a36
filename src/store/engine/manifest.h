#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/file_system.h"
#include "model/document.h"
#include "store/part/part.h"

namespace tomograph {

// Which parts are live (docs/formats/manifest.md).

struct ManifestPart {
    std::uint64_t id = 0;
    std::uint32_t level = 0;
    std::string path;  ///< below the data directory
    PartFacts facts;
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
    std::uint64_t part_id = 0;  ///< 0: not a part
    std::string what;
    std::string why;
};
struct SetNextPartId {
    std::uint64_t id = 0;
};
struct MarkClean {};

using ManifestEdit =
    std::variant<AddPart, DropPart, SetFloor, NoteQuarantine, SetNextPartId, MarkClean>;

struct ManifestState {
    std::map<std::uint64_t, ManifestPart> parts;
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
