#pragma once

#include <string>
#include <string_view>

#include "catalog/catalog.h"

namespace tomograph {

/// errors: those of Catalog
Result<SettingRecords> read_settings(Catalog& catalog);

/// "" of one that was never set.
std::string setting_of(const SettingRecords& settings, std::string_view name);

}  // namespace tomograph
