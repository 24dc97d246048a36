#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/records.h"

namespace tomograph {

/// The tags of all resources, by ARN. Each change is audited.
class TagTable {
 public:
    virtual ~TagTable() = default;

    /// None where nobody set some.
    virtual Result<Tags> of(std::string_view arn) const = 0;
    /// Adds to those that are there, or replaces values.
    virtual Result<void> set(std::string_view arn, const Tags& tags) = 0;
    /// Keys that are not there are fine.
    virtual Result<void> remove(std::string_view arn, const std::vector<std::string>& keys) = 0;
    virtual Result<void> remove_all(std::string_view arn) = 0;
};

}  // namespace tomograph
