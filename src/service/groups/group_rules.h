#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/records.h"

namespace tomograph {

/// The group of all traces: always there, without a filter.
inline constexpr std::string_view default_group_name = "Default";

/// errors: invalid (empty, too long, other characters than letters, digits and '-', or reserved)
Result<void> check_group_name(std::string_view name);

/// own_account  as of compile_filter()
/// errors       invalid (as compile_filter(); groups may not be named in it)
Result<void> check_group_filter(std::string_view filter, std::string_view own_account);

/// errors: invalid (notifications without insights)
Result<void> check_insights(const InsightsRecord& insights);

}  // namespace tomograph
