#include "service/encryption/encryption_service.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/crypto/file_keys.h"
#include "service/settings.h"

namespace tomograph {
namespace {

constexpr std::string_view alias_setting = "encryption.alias";
constexpr std::string_view shown_setting = "encryption.key-id";

std::string id_text(const SecretKey& key) { return fmt::format("{:016x}", id_of(key).value); }

Error no_such_key() {
    return Error(ErrorCode::invalid,
                 "KeyId names no key of this server: the operator names keys by kms-key");
}

}  // namespace

Result<std::unique_ptr<EncryptionService>> EncryptionService::open(Parts parts) {
    std::unique_ptr<EncryptionService> opened(new EncryptionService(std::move(parts)));
    const SettingRecords settings = TRY(read_settings(opened->parts_.catalog));
    *opened->choice_.lock() = {.alias = setting_of(settings, alias_setting),
                               .shown = setting_of(settings, shown_setting)};
    return opened;
}

EncryptionConfig EncryptionService::config() const {
    const Choice choice = *choice_.lock();
    return {.is_kms = !choice.alias.empty(),
            .key_id = choice.shown,
            .is_updating = parts_.store.status().state == EncryptionState::updating};
}

Result<EncryptionConfig> EncryptionService::use_named_key(const ChangeOrigin& origin,
                                                          std::string_view key_id) {
    if (parts_.store.status().state == EncryptionState::none)
        return Error(ErrorCode::invalid,
                     "this server keeps its data without encryption: it must be started with a "
                     "key of its own before another one can be chosen");
    return choose(origin, TRY(find(key_id)));
}

Result<EncryptionConfig> EncryptionService::use_own_key(const ChangeOrigin& origin) {
    if (choice_.lock()->alias.empty()) return config();
    if (!parts_.own_key)
        return Error(
            ErrorCode::invalid,
            "this server has no key of its own to go back to: it must be started with one");
    return choose(origin, {});
}

Result<void> EncryptionService::apply() {
    const std::lock_guard lock(changing_);
    const Choice choice = *choice_.lock();
    if (choice.alias.empty() && !parts_.own_key) return {};
    return parts_.store.change(TRY(read(choice.alias)));
}

Result<EncryptionConfig> EncryptionService::choose(const ChangeOrigin& origin, Choice choice) {
    const std::lock_guard lock(changing_);
    SecretKey key = TRY(read(choice.alias));
    // What was chosen first: a start that finds it applies it.
    const auto note = [&](CatalogChange& change) -> Result<void> {
        TRY(change.settings().set(alias_setting, choice.alias));
        return change.settings().set(shown_setting, choice.shown);
    };
    TRY(parts_.catalog.change(origin, note));
    *choice_.lock() = choice;
    TRY(parts_.store.change(std::move(key)));
    EncryptionConfig chosen = config();
    chosen.is_updating = true;  // AWS says so first, and clients poll until it is ACTIVE
    return chosen;
}

Result<EncryptionService::Choice> EncryptionService::find(std::string_view key_id) const {
    for (const NamedKey& each : parts_.named_keys) {
        const SecretKey key = TRY(read(each.alias));
        const std::string id = id_text(key);
        const std::string arn = key_arn("key/" + id);
        if (key_id == each.alias || key_id == id || key_id == arn)
            return Choice{.alias = each.alias, .shown = arn};
        // Terraform compares what it gave with what it gets.
        if (key_id == key_arn(each.alias))
            return Choice{.alias = each.alias, .shown = std::string(key_id)};
    }
    return no_such_key();
}

Result<SecretKey> EncryptionService::read(const std::string& alias) const {
    if (alias.empty()) return read_master_key(*parts_.own_key);
    const auto found = std::find_if(parts_.named_keys.begin(), parts_.named_keys.end(),
                                    [&](const NamedKey& each) { return each.alias == alias; });
    if (found == parts_.named_keys.end()) return no_such_key();
    auto key = read_master_key(found->source);
    if (!key) return std::move(key).error().within(alias);
    return key;
}

std::string EncryptionService::key_arn(std::string_view resource) const {
    return fmt::format("arn:aws:kms:{}:{}:{}", parts_.scope.region, parts_.scope.account_id,
                       resource);
}

}  // namespace tomograph
