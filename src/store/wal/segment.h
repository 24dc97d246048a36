#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto/file_keys.h"
#include "base/file_system.h"
#include "base/guarded.h"
#include "model/document.h"

namespace tomograph {

/// The header of a log segment (docs/formats/wal.md).
struct WalSegmentHeader {
    std::uint32_t serial = 0;
    std::uint64_t store_id = 0;
    Lsn first;
    std::uint64_t salt = 0;
    std::optional<KeySlots> slots;  ///< present: the frames are sealed
};

inline constexpr std::string_view wal_magic = "TOMOWAL\n";
inline constexpr std::uint64_t wal_header_copy_offset = 2048;
inline constexpr std::uint64_t wal_frames_offset = 4096;
inline constexpr KeySlotPlaces wal_slot_places{.first = 512, .second = 2560};

/// What the data key of a segment belongs to.
inline SealedObject sealed_segment(std::uint32_t serial) {
    return {.kind = SealedKind::wal_segment, .number = serial};
}

/// Both copies, padded to where the frames begin.
std::string encode_segment_header(const WalSegmentHeader& header);

/// What seeds the checksums of the segment's frames.
std::uint32_t frame_seed(const WalSegmentHeader& header);

/// Reads the first valid copy.
/// errors  corrupt  neither is valid
///         invalid  the format is newer than this program
Result<WalSegmentHeader> decode_segment_header(std::string_view first_bytes);

/// A segment being written. Not for threads.
struct WalSegment {
    WalSegmentHeader header;
    std::string path;
    std::unique_ptr<File> file;
    std::uint64_t size = 0;  ///< of the file
    std::uint64_t used = 0;  ///< bytes written so far, with the header
    std::uint32_t seed = 0;
    std::optional<DataKey> key;  ///< of a sealed segment
};

/// Where segments come from: fresh files filled with zeros, or spares kept from earlier. Threads:
/// any; the slow filling with zeros holds up nobody.
class WalSegmentFactory {
 public:
    WalSegmentFactory(FileSystem& files, std::string directory)
        : files_(files), directory_(std::move(directory)) {}

    /// Before the first begin().
    void set_store_id(std::uint64_t store_id) { store_id_ = store_id; }
    /// Segments begun from here on are sealed. Before the first begin().
    void set_keys(FileKeys* keys) { keys_ = keys; }
    bool seals() const { return keys_ != nullptr; }
    /// Serials used from here on are above `serial`.
    void start_after(std::uint32_t serial) { state_.lock()->serial = serial; }

    /// A synced segment under its final name, ready for frames; from a spare of at least `size` if
    /// any. salt  something that differs from every earlier call
    Result<WalSegment> begin(Lsn first, std::uint64_t size, std::uint64_t salt);

    /// Fills a spare of `size` unless there is one of any size.
    Result<void> prepare_spare(std::uint64_t size);
    /// Keeps the file of a segment that is no longer needed as a spare, or removes it.
    Result<void> give_back(const std::string& path, std::uint64_t size);
    /// Takes a spare found at start.
    Result<void> adopt_spare(const std::string& name, std::uint64_t size);
    /// Forgets and removes the spares: disks that filled up need the room.
    Result<void> drop_spares();

 private:
    struct Spare {
        std::string path;
        std::uint64_t size = 0;
    };

    struct State {
        std::uint32_t serial = 0;
        std::vector<Spare> spares;
    };

    std::uint32_t next_serial() { return ++state_.lock()->serial; }
    std::optional<Spare> take_spare(std::uint64_t size);
    /// The one that is not kept, if there are enough.
    std::optional<Spare> keep_spare(Spare spare);
    Result<Spare> make_file(std::uint64_t size);

    FileSystem& files_;
    std::string directory_;
    std::uint64_t store_id_ = 0;
    FileKeys* keys_ = nullptr;
    Guarded<State> state_;
};

}  // namespace tomograph
