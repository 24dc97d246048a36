#include "store/part/part_cipher.h"

namespace tomograph {
namespace {

/// Apart from every section, whose numbers have 16 bits.
constexpr std::uint64_t chunk_nonces = std::uint64_t{1} << 63;

Nonce nonce_of(const FrameName& name) {
    return counter_nonce(static_cast<std::uint64_t>(name.section), name.index);
}

Nonce nonce_of(const ChunkName& name) {
    // A group has at most group_columns_max columns, and a part less than 2^31 groups of rows.
    return counter_nonce(chunk_nonces | std::uint64_t{name.group} << 32 | name.column, name.chunk);
}

}  // namespace

std::string PartCipher::context(std::string_view head) const {
    std::string bytes(uuid_.data(), uuid_.size());
    return bytes.append(head);
}

void PartCipher::seal_frame(const FrameName& name, std::string_view head, std::string& bytes,
                            std::size_t begin) const {
    seal_in_place(key_, nonce_of(name), context(head), bytes, begin);
}

Result<std::string> PartCipher::open_frame(const FrameName& name, std::string_view head,
                                           std::string_view sealed) const {
    return unseal(key_, nonce_of(name), context(head), sealed);
}

// The nonce, which the tag covers, is the place.
void PartCipher::seal_chunk(const ChunkName& name, std::string& bytes, std::size_t begin) const {
    seal_in_place(key_, nonce_of(name), context({}), bytes, begin);
}

Result<std::string> PartCipher::open_chunk(const ChunkName& name, std::string_view sealed) const {
    return unseal(key_, nonce_of(name), context({}), sealed);
}

}  // namespace tomograph
