#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/sampling_rule.h"

namespace tomograph {

/// The rule that decides on what no other rule matches: always there, last in order.
inline constexpr std::string_view default_rule_name = "Default";
inline constexpr std::int64_t default_rule_priority = 10'000;

/// As it is before anybody changes it: one request a second, and one of twenty of the others.
SamplingRule default_rule();

/// What stays absent is left as it is.
struct SamplingRuleEdit {
    std::optional<std::string> resource_arn{};
    std::optional<std::int64_t> priority{};
    std::optional<double> fixed_rate{};
    std::optional<std::int64_t> reservoir_size{};
    std::optional<std::string> service_name{};
    std::optional<std::string> service_type{};
    std::optional<std::string> host{};
    std::optional<std::string> http_method{};
    std::optional<std::string> url_path{};
    std::optional<std::map<std::string, std::string>> attributes{};
    std::optional<SamplingBoost> boost{};
};
SamplingRule edited(SamplingRule rule, const SamplingRuleEdit& edit);

/// A rule that somebody made. The sentence names the member, as the X-Ray API calls it, and its
/// limit. errors: invalid
Result<void> check_rule(const SamplingRule& rule);

/// What Default would become. errors: invalid (as check_rule(); another member than FixedRate,
/// ReservoirSize or SamplingRateBoost differs)
Result<void> check_default_rule(const SamplingRule& rule);

}  // namespace tomograph
