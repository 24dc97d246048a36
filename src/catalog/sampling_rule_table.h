#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/records.h"

namespace tomograph {

/// The sampling rules. Each change is audited, and moves last_modified() on.
class SamplingRuleTable {
 public:
    virtual ~SamplingRuleTable() = default;

    /// By priority, then name: the order in which they are asked.
    virtual Result<std::vector<SamplingRuleRecord>> all() const = 0;
    /// When a rule was added, replaced or removed for the last time; 1970 before any was.
    virtual Result<Instant> last_modified() const = 0;

    /// errors: conflict (the name or ARN is taken)
    virtual Result<void> add(const SamplingRuleRecord& record) = 0;
    /// All but its name, ARN and creation. errors: not_found
    virtual Result<void> replace(const SamplingRuleRecord& record) = 0;
    /// With its tags. errors: not_found
    virtual Result<void> remove(std::string_view name) = 0;
};

}  // namespace tomograph
