#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "catalog/catalog.h"
#include "service/arn.h"
#include "service/encryption/named_key.h"
#include "store/trace_store.h"

namespace tomograph {

struct EncryptionConfig {
    bool is_kms = false;  ///< by a key that PutEncryptionConfig chose; else by the server's own
    std::string key_id;   ///< its ARN; "" of the server's own
    bool is_updating = false;  ///< some data is still under another key
};

/// What is done with the keys of a store.
struct StoreKeyring {
    std::function<Result<void>(SecretKey)> change;  ///< as EmbeddedStore::change_master_key()
    std::function<EncryptionStatus()> status;
};

/// Which master key the store's data keys are wrapped under (xray-api.md §3.7): that of the server,
/// or one that the operator named and PutEncryptionConfig chose. Data written before stays
/// readable, and is wrapped anew in the background. Threads: any; changes block on the disk, and on
/// where the key is kept.
class EncryptionService {
 public:
    struct Parts {
        Catalog& catalog;  ///< outlives it
        StoreKeyring store;
        std::optional<KeySource> own_key;  ///< none: the store is not encrypted by itself
        std::vector<NamedKey> named_keys;
        ArnScope scope;
    };
    /// Reads what was chosen. errors: those of Catalog
    static Result<std::unique_ptr<EncryptionService>> open(Parts parts);

    EncryptionConfig config() const;

    /// errors  invalid      the store is not encrypted; no key of that id; there is no own key
    ///         unavailable  the store is starting
    ///         those of read_master_key() and of Catalog
    Result<EncryptionConfig> use_named_key(const ChangeOrigin& origin, std::string_view key_id);
    Result<EncryptionConfig> use_own_key(const ChangeOrigin& origin);

    /// Has the store use the chosen key as it is now where the operator keeps it: after a start,
    /// and when the operator has put another one in its place. errors: as use_named_key()
    Result<void> apply();

 private:
    /// What was chosen, as it is answered and kept; "" is the server's own key.
    struct Choice {
        std::string alias;
        std::string shown;
    };
    explicit EncryptionService(Parts parts) : parts_(std::move(parts)) {}

    Result<Choice> find(std::string_view key_id) const;
    Result<SecretKey> read(const std::string& alias) const;
    Result<EncryptionConfig> choose(const ChangeOrigin& origin, Choice choice);
    std::string key_arn(std::string_view resource) const;

    const Parts parts_;
    std::mutex changing_;
    mutable Guarded<Choice> choice_;
};

}  // namespace tomograph
