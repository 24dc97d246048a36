#include "server/store_settings.h"

#include <vector>

#include "base/crypto/file_keys.h"
#include "base/crypto/key_source.h"
#include "store/keys/keyring.h"

namespace tomograph {

namespace {

/// All that the settings name, the server's own first.
Result<std::vector<SecretKey>> read_all_keys(const Settings& settings) {
    std::vector<SecretKey> keys;
    if (settings.key) {
        SecretKey own = TRY(read_master_key(*settings.key));
        keys.push_back(std::move(own));
    }
    for (const std::string& path : settings.old_key_files) {
        SecretKey old = TRY(read_master_key({.kind = KeySource::Kind::file, .text = path}));
        keys.push_back(std::move(old));
    }
    for (const NamedKey& named : settings.named_keys) {
        auto key = read_master_key(named.source);
        if (!key) return std::move(key).error().within(named.alias);
        keys.push_back(std::move(*key));
    }
    return keys;
}

std::shared_ptr<const MasterKeys> with_active(std::vector<SecretKey> keys, std::size_t active) {
    std::swap(keys[0], keys[active]);
    auto given =
        std::make_shared<MasterKeys>(MasterKeys{.active = std::move(keys[0]), .older = {}});
    for (std::size_t i = 1; i < keys.size(); ++i) given->older.push_back(std::move(keys[i]));
    return given;
}

}  // namespace

Result<std::shared_ptr<const MasterKeys>> read_master_keys(const Settings& settings) {
    if (!settings.key) return std::shared_ptr<const MasterKeys>();
    return with_active(TRY(read_all_keys(settings)), 0);
}

Result<std::shared_ptr<const MasterKeys>> read_present_keys(FileSystem& files,
                                                            const Settings& settings) {
    auto keys = TRY(read_all_keys(settings));
    const auto present = active_key_of(files, settings.data_dir);
    const std::size_t named_first = keys.size() - settings.named_keys.size();
    for (std::size_t i = named_first; present && i < keys.size(); ++i)
        if (id_of(keys[i]) == *present) return with_active(std::move(keys), i);
    if (!settings.key) return std::shared_ptr<const MasterKeys>();
    return with_active(std::move(keys), 0);
}

SignalOptions log_options(const Settings& settings) {
    SignalOptions options;
    options.retention_age = settings.logs_retention;
    options.disk_budget_bytes = settings.logs_disk_budget_bytes;
    return options;
}

SignalOptions metric_options(const Settings& settings) {
    SignalOptions options;
    options.retention_age = settings.metrics_retention;
    options.disk_budget_bytes = settings.metrics_disk_budget_bytes;
    return options;
}

EmbeddedStoreOptions store_options(const Settings& settings,
                                   std::shared_ptr<const MasterKeys> keys) {
    EmbeddedStoreOptions options;
    options.directory = settings.data_dir;
    options.master_keys = std::move(keys);
    options.open_bytes_max = settings.memory_bytes;
    options.retention_age = settings.retention;
    options.summary_age = settings.summary_age;
    options.disk_budget_bytes = settings.disk_budget_bytes;
    return options;
}

}  // namespace tomograph
