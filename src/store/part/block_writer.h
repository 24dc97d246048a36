#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "store/part/chunk_sums.h"
#include "store/part/footer.h"
#include "store/part/format.h"
#include "store/part/part_cipher.h"

namespace tomograph {

/// Writes the frames of a part one after the other and remembers where they are (16 bytes a block).
class PartBlockWriter {
 public:
    /// Creates the file, which must not exist, and writes its header. With keys the part gets a
    /// data key of its own and its blocks are sealed.
    static Result<std::unique_ptr<PartBlockWriter>> create(
        FileSystem& files, const std::string& path, PartSeal seal = {},
        std::string_view signal = part_signal_spans);

    /// For tests of readers of older formats.
    static Result<std::unique_ptr<PartBlockWriter>> create_format(FileSystem& files,
                                                                  const std::string& path,
                                                                  std::uint32_t format);

    /// Null for a plain part.
    const PartCipher* cipher() const { return cipher_ ? &*cipher_ : nullptr; }

    std::uint64_t part_seed() const { return seed_; }
    std::uint32_t blocks(PartSection section) const;
    /// Where the next byte goes.
    std::uint64_t end() const { return written_ + buffer_.size(); }
    /// Chunks of a group, which have no frames: sealed already in a sealed part.
    Result<void> put_chunks(std::string_view bytes);
    /// The group's chunks are all there. A sealed part gets sums of them that need no key.
    Result<void> end_chunks();
    /// `rows_per_block` must be the same at every call for the section; 0: varies.
    Result<void> append(PartSection section, std::uint32_t rows_per_block, std::string_view block,
                        FrameCodec codec);
    /// Writes directories, footer and trailer, and syncs. Returns the size of the file.
    Result<std::uint64_t> finish(const PartFacts& facts);

 private:
    struct Place {
        std::uint64_t offset;
        std::uint32_t bytes;
    };
    struct Section {
        std::uint32_t rows_per_block = 0;
        std::vector<Place> blocks;
    };

    PartBlockWriter(std::unique_ptr<File> file, const PartUuid& uuid, std::uint32_t format);
    Result<void> begin(PartSeal seal, std::string_view signal);
    Result<void> put(std::string_view bytes);
    Result<void> flush();
    Result<std::uint64_t> write_directory(PartSection section, const std::vector<Place>& blocks);

    std::unique_ptr<File> file_;
    PartUuid uuid_;
    std::uint32_t format_;
    std::uint64_t seed_;
    std::uint64_t written_ = 0;
    std::string buffer_;
    std::map<PartSection, Section> sections_;
    std::optional<PartCipher> cipher_;
    std::uint64_t part_id_ = 0;
    std::vector<ChunkSum> sums_;  ///< of the group that is being written
};

}  // namespace tomograph
