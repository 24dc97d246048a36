#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto/secret_key.h"
#include "base/file_system.h"
#include "base/guarded.h"
#include "base/result.h"

namespace tomograph {

// Envelope encryption (docs/formats/encryption.md): each file has a data key of its own, and keeps
// it in two slots of its header, wrapped under a master key. A change of the master key rewrites
// the slots, one after the other, and no other byte.

/// What a data key belongs to; a wrapped key that was moved elsewhere does not unwrap.
enum class SealedKind : std::uint32_t { wal_segment = 1, part = 2, telemetry = 3, quarantine = 4 };
struct SealedObject {
    SealedKind kind = SealedKind::part;
    std::uint64_t number = 0;  ///< unique among its kind in a store
};

/// Told from the key itself, so a wrapped key says which master key it needs.
struct MasterKeyId {
    std::uint64_t value = 0;
    auto operator<=>(const MasterKeyId&) const = default;
};
MasterKeyId id_of(const SecretKey& master);

/// Proves that a key is the one of this store; says nothing about it else. 32 hex digits.
std::string check_value(const SecretKey& master, std::uint64_t store_id);

struct MasterKey {
    SecretKey key;
    std::uint32_t version = 0;  ///< counts the store's master keys from 1
};

inline constexpr std::size_t key_slot_bytes = 80;

/// Both slots of a file's header as they stand there; checksums of the header leave them out.
struct KeySlots {
    std::string first;
    std::string second;
};

/// Where a file keeps its slots: in different sectors, so that one torn write loses one of them.
struct KeySlotPlaces {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

Result<KeySlots> read_slots(File& file, KeySlotPlaces places);
/// Both slots are as they were written; needs no key.
bool are_whole(const KeySlots& slots);

struct FileKey {
    DataKey key;
    KeySlots slots;  ///< to be in the file, synced, before the first sealed byte is
};

/// Makes and unwraps the data keys of one store's files. A store without encryption has none of
/// these, only a null pointer. Threads: any.
class FileKeys {
 public:
    /// `active` wraps new keys; `older` only unwrap.
    FileKeys(std::uint64_t store_id, MasterKey active, std::vector<MasterKey> older);

    /// errors  io (random numbers)
    Result<FileKey> new_file_key(SealedObject object);

    /// errors  denied   wrapped under a master key that was not given; the message has its id
    ///         corrupt  both slots are damaged, or of another object
    Result<DataKey> unwrap(const KeySlots& slots, SealedObject object);

    /// Makes `master` the active key; the present one goes on unwrapping.
    void activate(MasterKey master);
    MasterKeyId active_id();

    /// Whether rewrap() would write anything.
    Result<bool> needs_rewrap(File& file, KeySlotPlaces places);
    /// Wraps the file's key under the active master key unless it is already: second slot, sync,
    /// first slot, sync. A crash leaves at least one good slot.
    /// returns  whether anything was written
    /// errors   as unwrap, io
    Result<bool> rewrap(File& file, KeySlotPlaces places, SealedObject object);

 private:
    static bool is_wrapped_under(std::string_view slot, MasterKeyId id);

    struct Held {
        MasterKeyId id;
        MasterKey master;
    };
    using Ring = std::vector<std::shared_ptr<const Held>>;  // the active one first

    std::shared_ptr<const Held> active() { return ring_.lock()->front(); }
    std::shared_ptr<const Held> find(MasterKeyId id);
    Result<DataKey> unwrap_slot(std::string_view slot, SealedObject object);
    Result<std::string> wrap(const Held& master, const DataKey& key, SealedObject object) const;

    std::uint64_t store_id_;
    Guarded<Ring> ring_;
};

}  // namespace tomograph
