#pragma once

#include <vector>

#include "api/json_request.h"
#include "api/own/own_call.h"
#include "model/sampling_rule.h"

namespace tomograph {

/// Rules that somebody thinks of: they stand beside those that are in force, or in place of those
/// of the same names.
struct DraftRules {
    std::vector<SamplingRule> rules;
    bool is_alone = false;  ///< they and Default are all rules
};

/// `SamplingRules`, as CreateSamplingRule takes them, and `OnlyThese`.
DraftRules read_draft_rules(JsonRequest& json);

/// What would be in force with them, sorted by priority and name.
/// errors  invalid  "rule cart: FixedRate is 2, must be 0 to 1"; two of one name
Result<std::vector<SamplingRule>> rules_with(const OwnContext& context, const DraftRules& drafts);

}  // namespace tomograph
