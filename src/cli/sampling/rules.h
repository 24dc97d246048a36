#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/api_client.h"
#include "cli/json.h"
#include "model/sampling_rule.h"

namespace tomograph::cli {

inline constexpr std::string_view default_rule = "Default";
inline constexpr std::int64_t default_priority = 10'000;

/// The rule that every server has; its patterns and its priority cannot be changed.
SamplingRule rule_like_default();

/// A SamplingRule of the API. Strict, as people write them too: what is missing of the patterns is
/// "*", and a member that no rule has is a mistake.
/// errors  invalid  "rule cart: FixedRate is missing"
Result<SamplingRule> read_rule(Json rule);
/// As CreateSamplingRule takes it, on one line.
std::string rule_json(const SamplingRule& rule);
/// As UpdateSamplingRule takes it: what differs.
std::string update_json(const SamplingRule& before, const SamplingRule& after);

/// All rules of the server, in the order in which they are asked.
Result<std::vector<SamplingRule>> fetch_rules(ApiClient& api);
const SamplingRule* find_rule(const std::vector<SamplingRule>& rules, std::string_view name);

/// Whatever is not "*": "service=cart path=/a/* tier=gold"; "*" of a rule that everything fits.
std::string patterns_text(const SamplingRule& rule);
/// "5%", "0.25%"
std::string rate_text(double rate);
/// Reads "5%" and "0.05". errors  invalid
Result<double> parse_rate(std::string_view text);

struct MemberChange {
    std::string member;
    std::string before;  ///< "" of a rule that is new
    std::string after;
};
/// before  null: of a new rule, what is not like every other's
std::vector<MemberChange> changes_of(const SamplingRule* before, const SamplingRule& after);

}  // namespace tomograph::cli
