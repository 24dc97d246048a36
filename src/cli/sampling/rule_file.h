#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/sampling_rule.h"

namespace tomograph::cli {

// Files of sampling rules. Three kinds are read:
//
//   ours, which says all    {"Format": "tomograph-sampling-rules", "Version": 1, "SamplingRules":
//   […]} of the AWS CLI          {"SamplingRuleRecords": […]}, {"SamplingRules": […]},
//   {"SamplingRule": {…}} local, of X-Ray's SDKs  {"version": 1 or 2, "default": {…}, "rules": […]}

/// What a local file does not say.
struct LocalDefaults {
    std::int64_t first_priority = 100;
    /// `fixed_target` is of each program, a reservoir of all together: so many there are.
    std::int64_t programs = 1;
};

/// errors  invalid  "rule 3: rate is 2, must be 0 to 1"
Result<std::vector<SamplingRule>> parse_rule_file(std::string_view text, bool& is_local,
                                                  const LocalDefaults& defaults);

/// The file that says all; one line a rule.
std::string write_full_file(const std::vector<SamplingRule>& rules);

struct LocalFile {
    std::string text;
    /// What it cannot say, a sentence each.
    std::vector<std::string> lost;
};
struct LocalOptions {
    int version = 2;
    std::string service{};      ///< the program that reads it; "": any
    std::int64_t programs = 1;  ///< that share a reservoir
};
LocalFile write_local_file(const std::vector<SamplingRule>& rules, const LocalOptions& options);

}  // namespace tomograph::cli
