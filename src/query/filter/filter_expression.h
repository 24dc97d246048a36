#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/predicate.h"

namespace tomograph {

/// Where `group.name` and `group.arn` find a group's filter text. Threads: any.
class GroupFilters {
 public:
    virtual ~GroupFilters() = default;

    /// Absent: no such group. "" is the filter that every trace passes.
    virtual std::optional<std::string> filter_of_name(std::string_view name) const = 0;
    virtual std::optional<std::string> filter_of_arn(std::string_view arn) const = 0;
};

/// Reads a filter expression of X-Ray into the predicate that a store answers.
///
///   service("api") { fault } AND responsetime > 2.5
///
/// expression  UTF-8; blank matches every trace. docs/filter-expressions.md says what there is
/// groups      null: no groups are known. The filter of a group may not name groups itself
/// own_account as answers say of services that name no account: `account.id` finds these by it;
///             "": they have none
/// returns     a predicate that keeps the rules of check(), of Scope::trace
/// errors      invalid  "Invalid filter expression at position 17: expected a number after '>'"; in
///                      characters, from 1
/// cost        O(expression) and an allocation a node; some microseconds
Result<Predicate> compile_filter(std::string_view expression, const GroupFilters* groups,
                                 std::string_view own_account = {});

}  // namespace tomograph
