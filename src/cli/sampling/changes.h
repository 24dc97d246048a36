#pragma once

#include <string>
#include <vector>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"
#include "model/sampling_rule.h"

namespace tomograph::cli {

/// What is to be done to the rules of a server, and how that is shown.
struct RuleChange {
    enum class Kind { make, change, remove, none };
    Kind kind = Kind::none;
    SamplingRule before{};  ///< of a new one: nothing in particular
    SamplingRule after{};   ///< of a removed one: as before
};

/// What makes `wanted` of `rules`; those of other names stay.
/// errors  invalid  the boost of a rule is to go: the API has no way to say that
Result<RuleChange> change_to(const std::vector<SamplingRule>& rules, const SamplingRule& wanted);

Result<void> apply(const RuleChange& change, ApiClient& api);

/// A line for each member that is changed: "cart  changed  FixedRate  0.05  0.1".
std::string changes_text(const std::vector<RuleChange>& changes, OutputFormat format,
                         const Console& console);

}  // namespace tomograph::cli
