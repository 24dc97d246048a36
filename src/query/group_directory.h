#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/graph.h"
#include "query/filter/filter_expression.h"

namespace tomograph {

/// A filter that a group has, or had.
struct GroupVersion {
    GroupId id;     ///< what its traces are counted under
    Instant since;  ///< until the next version's
    bool operator==(const GroupVersion&) const = default;
};

/// Where queries find groups. Threads: any.
class GroupDirectory : public GroupFilters {
 public:
    /// Oldest first; the last is in force. That of `Default` is GroupId{}, alone.
    ///
    /// name, arn  "" for what was not asked; both "": `Default`
    /// errors     invalid  "Group not found", or they are of two groups
    virtual Result<std::vector<GroupVersion>> versions_of(std::string_view name,
                                                          std::string_view arn) const = 0;
};

}  // namespace tomograph
