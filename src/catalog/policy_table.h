#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/records.h"

namespace tomograph {

/// The resource policies. Each change is audited.
class PolicyTable {
 public:
    virtual ~PolicyTable() = default;

    /// By name.
    virtual Result<std::vector<PolicyRecord>> all() const = 0;
    /// Adds one, or takes the place of the one of that name, with the next revision.
    virtual Result<PolicyRecord> put(std::string_view name, std::string_view document) = 0;
    /// errors: not_found
    virtual Result<void> remove(std::string_view name) = 0;
};

}  // namespace tomograph
