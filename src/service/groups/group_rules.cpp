#include "service/groups/group_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/filter/filter_expression.h"
#include "service/limits.h"

namespace tomograph {

Result<void> check_group_name(std::string_view name) {
    if (name.empty() || name.size() > group_name_bytes_max)
        return Error(ErrorCode::invalid,
                     fmt::format("GroupName must have 1 to {} characters", group_name_bytes_max));
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-';
    };
    if (!std::all_of(name.begin(), name.end(), is_allowed))
        return Error(ErrorCode::invalid, "GroupName may hold letters, digits and '-'");
    if (name == default_group_name)
        return Error(ErrorCode::invalid, "GroupName Default is reserved");
    return {};
}

Result<void> check_group_filter(std::string_view filter, std::string_view own_account) {
    TRY(compile_filter(filter, nullptr, own_account));
    return {};
}

Result<void> check_insights(const InsightsRecord& insights) {
    if (insights.notifications && !insights.enabled)
        return Error(ErrorCode::invalid,
                     "InsightsConfiguration: NotificationsEnabled needs InsightsEnabled");
    return {};
}

}  // namespace tomograph
