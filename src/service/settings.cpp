#include "service/settings.h"

namespace tomograph {

Result<SettingRecords> read_settings(Catalog& catalog) {
    SettingRecords settings;
    const auto look = [&](const CatalogView& view) -> Result<void> {
        settings = TRY(view.settings().all());
        return {};
    };
    TRY(catalog.read(look));
    return settings;
}

std::string setting_of(const SettingRecords& settings, std::string_view name) {
    const auto found = settings.find(name);
    return found == settings.end() ? "" : found->second.value;
}

}  // namespace tomograph
