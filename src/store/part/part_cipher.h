#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/crypto/file_keys.h"
#include "base/crypto/seal.h"
#include "store/part/format.h"

namespace tomograph {

/// Who seals a part and under which number; nobody without `keys`.
struct PartSeal {
    FileKeys* keys = nullptr;
    std::uint64_t part_id = 0;
};

/// The wrapped data key of a sealed part stands between its header and all else.
inline constexpr KeySlotPlaces part_slot_places{.first = 512, .second = 1024};
inline constexpr std::size_t part_sealed_head_bytes = 1536;

/// Which chunk of a part's groups.
struct ChunkName {
    std::uint32_t group = 0;
    std::uint32_t column = 0;
    std::uint32_t chunk = 0;
};

/// Seals and opens what one part holds (docs/formats/part.md, "Sealed parts"). Each place has a
/// nonce of its own, and what is sealed names its file and its place: moved bytes do not open.
/// Threads: any.
class PartCipher {
 public:
    PartCipher(DataKey key, const PartUuid& uuid) : key_(std::move(key)), uuid_(uuid) {}

    /// What stands behind a frame's header, from `begin` on; `head` are the header's bytes that say
    /// what it is.
    void seal_frame(const FrameName& name, std::string_view head, std::string& bytes,
                    std::size_t begin) const;
    /// errors  corrupt
    Result<std::string> open_frame(const FrameName& name, std::string_view head,
                                   std::string_view sealed) const;

    void seal_chunk(const ChunkName& name, std::string& bytes, std::size_t begin) const;
    /// errors  corrupt
    Result<std::string> open_chunk(const ChunkName& name, std::string_view sealed) const;

 private:
    std::string context(std::string_view head) const;

    DataKey key_;
    PartUuid uuid_;
};

}  // namespace tomograph
