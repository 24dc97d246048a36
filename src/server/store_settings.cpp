#include "server/store_settings.h"

#include "base/crypto/key_source.h"

namespace tomograph {

Result<std::shared_ptr<const MasterKeys>> read_master_keys(const Settings& settings) {
    if (!settings.key) return std::shared_ptr<const MasterKeys>();
    SecretKey active = TRY(read_master_key(*settings.key));
    auto keys = std::make_shared<MasterKeys>(MasterKeys{.active = std::move(active), .older = {}});
    for (const std::string& path : settings.old_key_files) {
        SecretKey old = TRY(read_master_key({.kind = KeySource::Kind::file, .text = path}));
        keys->older.push_back(std::move(old));
    }
    return std::shared_ptr<const MasterKeys>(std::move(keys));
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
