#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/records.h"

namespace tomograph {

/// The groups and the versions of their filters. Each change is audited.
class GroupTable {
 public:
    virtual ~GroupTable() = default;

    /// By name.
    virtual Result<std::vector<GroupRecord>> all() const = 0;

    struct NewGroup {
        std::string name;
        std::string arn;
        InsightsRecord insights;
        std::string filter;
        Lsn first;  ///< of its first version
    };
    /// errors: conflict (the name or ARN is taken)
    virtual Result<void> add(const NewGroup& group) = 0;
    /// errors: not_found
    virtual Result<void> set_insights(std::string_view name, const InsightsRecord& insights) = 0;
    /// The filter from here on; a re-evaluation ends as replaced. errors: not_found
    virtual Result<void> add_version(std::string_view name, std::string_view filter, Lsn first) = 0;
    /// A version that judges what is stored by the filter in force. errors: not_found, conflict
    /// (there is one)
    virtual Result<void> begin_judging(std::string_view name) = 0;
    /// Done: the judging version is in force for every number, and those before it become history.
    /// Any other way: it is gone. errors: not_found, conflict (it does not judge)
    virtual Result<void> end_judging(std::string_view name, const ReevaluationEnd& end) = 0;
    /// With its tags. errors: not_found
    virtual Result<void> remove(std::string_view name) = 0;
};

}  // namespace tomograph
