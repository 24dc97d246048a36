#include "store/keys/sealed_file.h"

#include <fmt/format.h>

#include <cstring>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/crypto/seal.h"

namespace tomograph {
namespace {

// 0   8  magic
// 8   4  format = 1
// 12  4  kind of the object
// 16  8  its number
// 24  4  crc32c of the 24 bytes before, continued over the ciphertext
constexpr std::string_view magic = "TOMOSEAL";
constexpr std::uint32_t format = 1;
constexpr std::size_t crc_offset = 24;

std::uint32_t checksum_of(std::string_view bytes) {
    return crc32c(bytes.substr(sealed_file_head_bytes), crc32c(bytes.substr(0, crc_offset)));
}

}  // namespace

Result<std::string> seal_file(FileKeys* keys, SealedObject object, std::string_view text) {
    if (keys == nullptr) return std::string(text);
    const FileKey made = TRY(keys->new_file_key(object));
    std::string bytes;
    bytes.reserve(sealed_file_head_bytes + text.size() + seal_tag_bytes);
    ByteWriter writer(bytes);
    writer.raw(magic);
    writer.fixed(format);
    writer.fixed(static_cast<std::uint32_t>(object.kind));
    writer.fixed(object.number);
    bytes.resize(sealed_file_head_bytes, '\0');
    bytes.replace(sealed_file_slot_places.first, key_slot_bytes, made.slots.first);
    bytes.replace(sealed_file_slot_places.second, key_slot_bytes, made.slots.second);
    bytes.append(text);
    seal_in_place(made.key, Nonce{}, magic, bytes, sealed_file_head_bytes);
    const std::uint32_t crc = checksum_of(bytes);
    std::memcpy(bytes.data() + crc_offset, &crc, sizeof crc);
    return bytes;
}

bool is_sealed_file(std::string_view bytes) { return bytes.starts_with(magic); }

Result<SealedObject> sealed_file_object(std::string_view head) {
    ByteReader reader(head);
    if (reader.raw(magic.size()) != magic) return Error(ErrorCode::corrupt, "not a sealed file");
    const auto its_format = reader.fixed<std::uint32_t>();
    if (its_format > format)
        return Error(ErrorCode::invalid,
                     fmt::format("sealed file of format {}, this program reads up to {}",
                                 its_format, format));
    SealedObject object;
    object.kind = static_cast<SealedKind>(reader.fixed<std::uint32_t>());
    object.number = reader.fixed<std::uint64_t>();
    if (reader.failed()) return Error(ErrorCode::corrupt, "sealed file cut short");
    return object;
}

Result<std::string> open_file_text(FileKeys* keys, std::string bytes) {
    if (!is_sealed_file(bytes)) return bytes;
    if (keys == nullptr)
        return Error(ErrorCode::denied, "the file is encrypted and no key was given");
    if (bytes.size() < sealed_file_head_bytes)
        return Error(ErrorCode::corrupt, "sealed file cut short");
    const std::string_view all(bytes);
    std::uint32_t crc = 0;
    std::memcpy(&crc, all.data() + crc_offset, sizeof crc);
    if (crc != checksum_of(all)) return Error(ErrorCode::corrupt, "checksum mismatch");
    const SealedObject object = TRY(sealed_file_object(all));
    const KeySlots slots{.first = bytes.substr(sealed_file_slot_places.first, key_slot_bytes),
                         .second = bytes.substr(sealed_file_slot_places.second, key_slot_bytes)};
    const DataKey key = TRY(keys->unwrap(slots, object));
    return unseal(key, Nonce{}, magic, all.substr(sealed_file_head_bytes));
}

}  // namespace tomograph
