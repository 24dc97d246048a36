#include "base/crypto/file_keys.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstring>
#include <optional>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/crypto/seal.h"

namespace tomograph {
namespace {

// A slot (docs/formats/encryption.md):
//   0  4  format = 1
//   4  4  version of the master key
//   8  8  its id
//  16 12  nonce
//  28 32  data key, encrypted
//  60 16  tag
//  76  4  crc32c of the 76 bytes before
constexpr std::uint32_t slot_format = 1;
constexpr std::size_t crc_offset = key_slot_bytes - sizeof(std::uint32_t);
constexpr std::string_view wrap_magic = "TOMOKEY\n";

struct Slot {
    std::uint32_t version = 0;
    MasterKeyId id;
    Nonce nonce;
    std::string_view sealed;
};

std::optional<Slot> decode(std::string_view bytes) {
    if (bytes.size() != key_slot_bytes) return std::nullopt;
    ByteReader reader(bytes);
    const auto format = reader.fixed<std::uint32_t>();
    Slot slot;
    slot.version = reader.fixed<std::uint32_t>();
    slot.id = {reader.fixed<std::uint64_t>()};
    const std::string_view nonce = reader.raw(slot.nonce.bytes.size());
    std::memcpy(slot.nonce.bytes.data(), nonce.data(), nonce.size());
    slot.sealed = reader.raw(secret_key_bytes + seal_tag_bytes);
    const auto crc = reader.fixed<std::uint32_t>();
    if (format != slot_format || crc != crc32c(bytes.substr(0, crc_offset))) return std::nullopt;
    return slot;
}

std::string wrap_context(std::uint64_t store_id, SealedObject object, MasterKeyId id,
                         std::uint32_t version) {
    std::string context;
    ByteWriter writer(context);
    writer.raw(wrap_magic);
    writer.fixed(store_id);
    writer.fixed(static_cast<std::uint32_t>(object.kind));
    writer.fixed(object.number);
    writer.fixed(id.value);
    writer.fixed(version);
    return context;
}

/// The first `count` bytes of HMAC-SHA-256.
std::string digest(const SecretKey& key, std::string_view text, std::size_t count) {
    std::string out(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    const auto* made = HMAC(EVP_sha256(), key.bytes().data(), static_cast<int>(key.bytes().size()),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                            reinterpret_cast<unsigned char*>(out.data()), &size);
    ASSERT(made != nullptr && size >= count);
    out.resize(count);
    return out;
}

}  // namespace

Result<KeySlots> read_slots(File& file, KeySlotPlaces places) {
    KeySlots slots;
    slots.first = TRY(file.read(places.first, key_slot_bytes));
    slots.second = TRY(file.read(places.second, key_slot_bytes));
    return slots;
}

bool are_whole(const KeySlots& slots) { return decode(slots.first) && decode(slots.second); }

MasterKeyId id_of(const SecretKey& master) {
    const std::string bytes = digest(master, "tomograph master key id", sizeof(std::uint64_t));
    return {ByteReader(bytes).fixed<std::uint64_t>()};
}

std::string check_value(const SecretKey& master, std::uint64_t store_id) {
    const std::string text = fmt::format("tomograph master key of store {:016x}", store_id);
    std::string hex;
    for (const char byte : digest(master, text, 16))
        hex += fmt::format("{:02x}", static_cast<std::uint8_t>(byte));
    return hex;
}

FileKeys::FileKeys(std::uint64_t store_id, MasterKey active, std::vector<MasterKey> older)
    : store_id_(store_id) {
    for (MasterKey& master : older) activate(std::move(master));
    activate(std::move(active));
}

void FileKeys::activate(MasterKey master) {
    const MasterKeyId id = id_of(master.key);
    auto held = std::make_shared<const Held>(Held{.id = id, .master = std::move(master)});
    auto ring = ring_.lock();
    std::erase_if(*ring, [&](const auto& other) { return other->id == id; });
    ring->insert(ring->begin(), std::move(held));
}

MasterKeyId FileKeys::active_id() { return active()->id; }

std::shared_ptr<const FileKeys::Held> FileKeys::find(MasterKeyId id) {
    auto ring = ring_.lock();
    for (const auto& held : *ring)
        if (held->id == id) return held;
    return nullptr;
}

Result<std::string> FileKeys::wrap(const Held& master, const DataKey& key,
                                   SealedObject object) const {
    Nonce nonce;
    // Random: 2^32 wraps under one master key are safe (NIST SP 800-38D), a file a second for 136
    // years.
    TRY(fill_random(nonce.bytes));
    std::string slot;
    ByteWriter writer(slot);
    writer.fixed(slot_format);
    writer.fixed(master.master.version);
    writer.fixed(master.id.value);
    writer.raw({reinterpret_cast<const char*>(nonce.bytes.data()), nonce.bytes.size()});
    writer.raw(seal(master.master.key, nonce,
                    wrap_context(store_id_, object, master.id, master.master.version),
                    key.bytes()));
    writer.fixed(crc32c(slot));
    ASSERT(slot.size() == key_slot_bytes);
    return slot;
}

Result<FileKey> FileKeys::new_file_key(SealedObject object) {
    DataKey key = TRY(SecretKey::random());
    const std::string slot = TRY(wrap(*active(), key, object));
    return FileKey{std::move(key), {slot, slot}};
}

/// errors  as unwrap(), for one slot
Result<DataKey> FileKeys::unwrap_slot(std::string_view bytes, SealedObject object) {
    const auto slot = decode(bytes);
    if (!slot) return Error(ErrorCode::corrupt, "the wrapped data key is damaged");
    const auto held = find(slot->id);
    if (!held)
        return Error(ErrorCode::denied,
                     fmt::format("master key {:016x} is needed and was not given", slot->id.value));
    std::string opened =
        TRY_WITHIN("wrapped data key",
                   unseal(held->master.key, slot->nonce,
                          wrap_context(store_id_, object, slot->id, slot->version), slot->sealed));
    DataKey key(opened);
    erase_secret(opened);
    return key;
}

Result<DataKey> FileKeys::unwrap(const KeySlots& slots, SealedObject object) {
    auto first = unwrap_slot(slots.first, object);
    if (first) return first;
    auto second = unwrap_slot(slots.second, object);
    // A missing key says what to do; damage beside it does not.
    if (!second && first.error().code() == ErrorCode::denied) return first;
    return second;
}

bool FileKeys::is_wrapped_under(std::string_view bytes, MasterKeyId id) {
    const auto slot = decode(bytes);
    return slot && slot->id == id;
}

Result<bool> FileKeys::needs_rewrap(File& file, KeySlotPlaces places) {
    const KeySlots slots = TRY(read_slots(file, places));
    const MasterKeyId id = active_id();
    return !is_wrapped_under(slots.first, id) || !is_wrapped_under(slots.second, id);
}

Result<bool> FileKeys::rewrap(File& file, KeySlotPlaces places, SealedObject object) {
    const KeySlots slots = TRY(read_slots(file, places));
    const auto master = active();
    if (is_wrapped_under(slots.first, master->id) && is_wrapped_under(slots.second, master->id))
        return false;
    auto first = unwrap_slot(slots.first, object);
    const bool first_is_good = static_cast<bool>(first);
    if (!first) first = TRY(unwrap_slot(slots.second, object));
    const DataKey& key = *first;
    const std::string wrapped = TRY(wrap(*master, key, object));
    // A good slot stays until the other one is safe.
    const std::uint64_t order[] = {first_is_good ? places.second : places.first,
                                   first_is_good ? places.first : places.second};
    for (const std::uint64_t place : order) {
        TRY(file.write(place, wrapped));
        TRY(file.sync());
    }
    return true;
}

}  // namespace tomograph
