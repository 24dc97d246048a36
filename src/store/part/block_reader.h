#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "store/part/footer.h"
#include "store/part/format.h"
#include "store/part/part_cipher.h"

namespace tomograph {

/// Bytes are not what was written: a copy may do, or the rest of the part. Other errors are of the
/// disk or the caller.
inline bool is_damage(const Error& error) { return error.code() == ErrorCode::corrupt; }

/// Reads the blocks of a part, each checked before it is given out. Threads: any.
class PartBlockReader {
 public:
    /// Reads the header and the end of the file; uses the copies when an original is damaged.
    ///
    /// keys    for a sealed part; null: none was given
    /// errors  corrupt; invalid for a newer format, another signal, a section that must be known;
    ///         denied for a sealed part whose master key was not given
    static Result<std::unique_ptr<PartBlockReader>> open(
        FileSystem& files, const std::string& path, FileKeys* keys = nullptr,
        std::string_view signal = part_signal_spans);
    /// Without a key: footer(), seal() and verify() work, read() is denied.
    static Result<std::unique_ptr<PartBlockReader>> open_closed(
        FileSystem& files, const std::string& path, std::string_view signal = part_signal_any);

    /// What the data key of a sealed part is wrapped for; nothing for a plain one.
    std::optional<SealedObject> seal() const;
    /// Null for a plain part.
    const PartCipher* cipher() const { return cipher_ ? &*cipher_ : nullptr; }

    const std::string& path() const { return path_; }
    const PartFooter& footer() const { return footer_; }
    std::uint64_t part_seed() const { return seed_; }
    /// 0 when the part has no such section.
    std::uint32_t blocks(PartSection section) const;

    /// One block, decompressed. cost: two reads, of a directory page and the block.
    /// errors  corrupt, with the file, the section, the block and its offset
    Result<std::string> read(PartSection section, std::uint32_t index) const;

    /// Bytes without a frame, which the caller checks.
    Result<std::string> read_bytes(std::uint64_t offset, std::uint32_t bytes) const;

    /// Reads and checks every frame, the copies and the wrapped keys too; of a sealed part also the
    /// sums of its chunks. The first damage is the error.
    Result<void> verify() const;

 private:
    struct Place {
        std::uint64_t offset = 0;
        std::uint32_t bytes = 0;
    };

    PartBlockReader(std::unique_ptr<File> file, std::string path, std::string_view signal);
    Result<void> open_ends();
    Result<void> unwrap(FileKeys* keys);
    bool is_closed(PartSection section) const {
        return footer_.is_sealed && !cipher_ && is_sealed_section(section);
    }
    Result<void> check_kind(const PartHeader& header) const;
    Result<PartTrailer> read_trailer(std::uint64_t file_bytes) const;
    Result<PartFooter> read_footer(std::uint64_t offset, std::uint32_t bytes) const;
    Result<std::string> read_frame(Place place, PartSection section, std::uint32_t index) const;
    Result<std::string> read_stored_frame(Place place) const;
    Result<std::string> read_page(const SectionEntry& entry, std::uint64_t directory_offset,
                                  std::uint32_t page) const;
    Result<Place> place_of(PartSection section, std::uint32_t index) const;
    Result<void> verify_ends() const;
    Result<void> verify_slots() const;
    Result<void> verify_section(const SectionEntry& entry) const;
    Result<void> verify_frame(PartSection section, std::uint32_t index) const;
    Result<void> verify_sums(std::string_view block) const;

    std::unique_ptr<File> file_;
    std::string path_;
    std::string signal_;  ///< that it must be of
    std::uint64_t seed_ = 0;
    PartTrailer trailer_;
    PartFooter footer_;
    std::optional<PartCipher> cipher_;
};

}  // namespace tomograph
