#pragma once

#include <string_view>

#include "base/result.h"
#include "catalog/records.h"

namespace tomograph {

/// The settings that the API changes. Each change is audited.
class SettingTable {
 public:
    virtual ~SettingTable() = default;

    virtual Result<SettingRecords> all() const = 0;
    virtual Result<void> set(std::string_view name, std::string_view value) = 0;
    /// One that is not there is fine.
    virtual Result<void> remove(std::string_view name) = 0;
};

}  // namespace tomograph
