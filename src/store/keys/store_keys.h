#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto/file_keys.h"
#include "base/file_system.h"
#include "base/guarded.h"
#include "store/keys/keyring.h"
#include "store/keys/master_keys.h"
#include "store/trace_store.h"

namespace tomograph {

/// The keys of an encrypted store, and its keyring (docs/formats/encryption.md). Threads: any.
class StoreKeys {
 public:
    /// Matches the keys given, perhaps none, with what <data>/keyring.json asks for. Reads only.
    ///
    /// returns  null for a store without encryption
    /// errors   denied   a key is needed that was not given: says which
    ///          invalid  made by a newer program, or of another store
    ///          io
    static Result<std::unique_ptr<StoreKeys>> match(FileSystem& files,
                                                    const std::string& data_directory,
                                                    const MasterKeys* given);

    /// Once, when the store's id is known; the functions below are for after it.
    /// errors  invalid  the keyring is of another store
    Result<void> set_store_id(std::uint64_t store_id);
    FileKeys& file_keys() { return *file_keys_; }

    /// Writes the keyring if the keys given change it: after every sealed file has accepted them,
    /// before the next one is made.
    Result<void> write_keyring();

    /// `next` wraps new data keys from now on; the present one is old until retire_old(). Nothing
    /// changes when it is the active one already.
    /// errors  io, limit: the present key stays active
    Result<void> change(SecretKey next);
    /// Every data key is wrapped under the active master key.
    Result<void> retire_old();

    /// Without what is only seen in files.
    EncryptionStatus status();

 private:
    StoreKeys(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}

    Result<void> adopt(std::optional<Keyring> known, const MasterKeys& given);
    Result<void> save(const Keyring& keyring);

    FileSystem& files_;
    std::string path_;
    Guarded<Keyring> keyring_;
    std::optional<MasterKey> active_;  ///< until set_store_id()
    std::vector<MasterKey> older_;
    std::unique_ptr<FileKeys> file_keys_;
    bool is_changed_ = false;
};

}  // namespace tomograph
