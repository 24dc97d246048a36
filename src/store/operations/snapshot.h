#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/time.h"
#include "store/engine/manifest.h"
#include "store/engine/part_set.h"
#include "store/operations/progress.h"
#include "store/signal/signal.h"
#include "store/store_neighbour.h"
#include "store/wal/writer.h"

namespace tomograph {

struct SnapshotOptions {
    /// Must not exist, or be an empty directory. Appears at once when all of it is on stable
    /// storage; until then it is `<destination>.tmp`.
    std::string destination;
    /// An earlier backup on the file system of the destination, whose parts are used again; "":
    /// none.
    std::string previous = {};
    StoreProgressCall progress = ignore_progress;
    /// EmbeddedStore fills it: what is kept beside the store.
    std::vector<StoreNeighbour> neighbours{};
};

struct SnapshotReport {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;  ///< of all files
    std::uint64_t linked_files = 0;
    std::uint64_t linked_bytes = 0;  ///< of files that took no room: hard links
};

/// A store at one moment: all that was answered until then is in these parts or in this log. The
/// files stay as long as the pin does.
struct StorePin {
    std::uint64_t store_id = 0;
    ManifestState manifest;
    Parts parts;
    WalPin wal;
    std::vector<SignalPin> signals{};
    FileKeys* keys = nullptr;         ///< null without encryption
    std::shared_ptr<void> keys_hold;  ///< the change of a master key waits for it
};

/// Writes what a store needs to be opened again, as of one moment, into a new directory
/// (docs/formats/backup.md).
///
/// pin     called once, when the destination is ready to take files
/// errors  conflict (there is something at the destination), cancelled, limit, io, corrupt, and
///         those of `pin`; nothing is left at the destination then
Result<SnapshotReport> write_snapshot(FileSystem& files, const std::string& data_directory,
                                      Instant now, const SnapshotOptions& options,
                                      const std::function<Result<StorePin>()>& pin);

}  // namespace tomograph
