#include "store/keys/store_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "store/file_names.h"
#include "store/limits.h"

namespace tomograph {
namespace {

constexpr std::string_view how_to_give = "give it with --key-file, --key-env or --key-command";

SecretKey copy_of(const SecretKey& key) { return SecretKey(key.bytes()); }

KeyringEntry* find(Keyring& keyring, MasterKeyId id) {
    for (KeyringEntry& entry : keyring.keys)
        if (entry.id == id) return &entry;
    return nullptr;
}

/// Makes the key of that id the active one; adds it if it is new. Returns its version.
std::uint32_t make_active(Keyring& keyring, MasterKeyId id) {
    std::uint32_t version = 1;
    for (KeyringEntry& entry : keyring.keys) {
        version = std::max(version, entry.version + 1);
        if (entry.state == MasterKeyState::active) entry.state = MasterKeyState::old;
    }
    if (KeyringEntry* known = find(keyring, id)) {
        known->state = MasterKeyState::active;
        return known->version;
    }
    keyring.keys.push_back(
        {.version = version, .id = id, .state = MasterKeyState::active, .check = {}});
    return version;
}

}  // namespace

Result<std::unique_ptr<StoreKeys>> StoreKeys::match(FileSystem& files,
                                                    const std::string& data_directory,
                                                    const MasterKeys* given) {
    const std::string path = join_path(data_directory, keyring_name);
    std::optional<Keyring> known;
    const auto text = read_file(files, path, keyring_bytes_max);
    if (!text && text.error().code() != ErrorCode::not_found) return text.error();
    if (text) {
        auto decoded = decode_keyring(*text);
        if (!decoded && decoded.error().code() != ErrorCode::corrupt)
            return std::move(decoded).error().within(path);
        if (decoded)
            known = std::move(*decoded);
        else
            log_error("keyring is damaged, made again from the keys given",
                      {{"file", path}, {"error", decoded.error()}});
    }
    if (!text && given == nullptr) return std::unique_ptr<StoreKeys>();
    if (given == nullptr)
        return Error(ErrorCode::denied, fmt::format("{} is encrypted and no key was given: {}",
                                                    data_directory, how_to_give));
    std::unique_ptr<StoreKeys> keys(new StoreKeys(files, path));
    TRY_WITHIN(data_directory, keys->adopt(std::move(known), *given));
    return keys;
}

/// errors  denied  a key that some data keys may be wrapped under was not given
Result<void> StoreKeys::adopt(std::optional<Keyring> known, const MasterKeys& given) {
    std::vector<const SecretKey*> all{&given.active};
    for (const SecretKey& key : given.older) all.push_back(&key);

    Keyring keyring = known.value_or(Keyring{});
    for (const KeyringEntry& entry : keyring.keys) {
        if (entry.state == MasterKeyState::retired) continue;
        const bool is_given = std::any_of(all.begin(), all.end(), [&](const SecretKey* key) {
            return id_of(*key) == entry.id && check_value(*key, keyring.store_id) == entry.check;
        });
        if (!is_given)
            return Error(
                ErrorCode::denied,
                fmt::format("master key {:016x} (version {}) is needed, and the key given "
                            "is {:016x}: {}, or with --old-key-file beside the new one",
                            entry.id.value, entry.version, id_of(given.active).value, how_to_give));
    }
    const MasterKeyId id = id_of(given.active);
    const KeyringEntry* entry = find(keyring, id);
    is_changed_ = entry == nullptr || entry->state != MasterKeyState::active;
    const std::uint32_t version = is_changed_ ? make_active(keyring, id) : entry->version;
    active_ = MasterKey{.key = copy_of(given.active), .version = version};
    for (const SecretKey& key : given.older) {
        const KeyringEntry* its_entry = find(keyring, id_of(key));
        // One that the keyring does not know only unwraps: its version is not looked at.
        older_.push_back({.key = copy_of(key), .version = its_entry ? its_entry->version : 0});
    }
    *keyring_.lock() = std::move(keyring);
    return {};
}

Result<void> StoreKeys::set_store_id(std::uint64_t store_id) {
    auto keyring = keyring_.lock();
    if (keyring->store_id != 0 && keyring->store_id != store_id)
        return Error(ErrorCode::invalid, fmt::format("{} is of store {:016x}, not of {:016x}",
                                                     path_, keyring->store_id, store_id));
    keyring->store_id = store_id;
    for (KeyringEntry& entry : keyring->keys)
        if (entry.check.empty()) entry.check = check_value(active_->key, store_id);
    file_keys_ =
        std::make_unique<FileKeys>(store_id, std::move(*active_), std::exchange(older_, {}));
    return {};
}

Result<void> StoreKeys::write_keyring() {
    if (!std::exchange(is_changed_, false)) return {};
    const Keyring keyring = *keyring_.lock();
    return save(keyring);
}

Result<void> StoreKeys::save(const Keyring& keyring) {
    return replace_file(files_, path_, encode_keyring(keyring));
}

Result<void> StoreKeys::change(SecretKey next) {
    const MasterKeyId id = id_of(next);
    auto locked = keyring_.lock();
    Keyring keyring = *locked;
    const KeyringEntry* entry = find(keyring, id);
    if (entry != nullptr && entry->state == MasterKeyState::active) return {};
    const std::uint32_t version = make_active(keyring, id);
    find(keyring, id)->check = check_value(next, keyring.store_id);
    // First what a start must ask for, then the first data key that needs it.
    TRY(save(keyring));
    *locked = std::move(keyring);
    file_keys_->activate({.key = std::move(next), .version = version});
    return {};
}

Result<void> StoreKeys::retire_old() {
    auto locked = keyring_.lock();
    Keyring keyring = *locked;
    bool is_changed = false;
    for (KeyringEntry& entry : keyring.keys) {
        if (entry.state != MasterKeyState::old) continue;
        entry.state = MasterKeyState::retired;
        is_changed = true;
    }
    if (!is_changed) return {};
    TRY(save(keyring));
    *locked = std::move(keyring);
    return {};
}

EncryptionStatus StoreKeys::status() {
    EncryptionStatus status;
    status.state = EncryptionState::active;
    auto keyring = keyring_.lock();
    for (const KeyringEntry& entry : keyring->keys) {
        if (entry.state == MasterKeyState::old) status.state = EncryptionState::updating;
        if (entry.state != MasterKeyState::active) continue;
        status.key_id = fmt::format("{:016x}", entry.id.value);
        status.key_version = entry.version;
    }
    return status;
}

}  // namespace tomograph
