#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto/file_keys.h"
#include "base/file_system.h"
#include "base/result.h"

namespace tomograph {

enum class MasterKeyState : std::uint8_t {
    active,   ///< wraps new data keys
    old,      ///< some data keys may still be wrapped under it
    retired,  ///< none is: it may be destroyed
};

/// A master key as the data directory knows it: without the key.
struct KeyringEntry {
    std::uint32_t version = 0;
    MasterKeyId id;
    MasterKeyState state = MasterKeyState::active;
    std::string check;  ///< check_value()
};

/// <data>/keyring.json (docs/formats/encryption.md).
struct Keyring {
    std::uint64_t store_id = 0;
    std::vector<KeyringEntry> keys;  ///< in the order of their versions
};

std::string encode_keyring(const Keyring& keyring);
/// errors  corrupt  not what encode_keyring() wrote
///         invalid  the format is newer than this program
Result<Keyring> decode_keyring(std::string_view text);

/// Which master key a data directory was last written under; nothing when it is not encrypted, or
/// its keyring cannot be read (opening the store then says why).
std::optional<MasterKeyId> active_key_of(FileSystem& files, const std::string& data_directory);

}  // namespace tomograph
