#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/sampling_rule.h"

namespace tomograph::cli {

/// What the command line says of a rule; absent: as it was, or as every other.
struct RuleFlags {
    std::optional<std::int64_t> priority{};
    std::optional<std::int64_t> reservoir{};
    std::optional<std::string> rate{};
    std::optional<std::string> service{};
    std::optional<std::string> type{};
    std::optional<std::string> host{};
    std::optional<std::string> method{};
    std::optional<std::string> path{};
    std::optional<std::string> arn{};
    std::vector<std::pair<std::string, std::string>> attributes{};
    bool no_attributes = false;
    std::optional<std::string> boost_rate{};
    std::optional<std::int64_t> boost_pause{};

    bool is_empty() const;
};

/// Of a rule that is new and of which nothing was said: as AWS's console proposes it.
inline constexpr std::int64_t new_rule_priority = 1'000;
inline constexpr std::int64_t new_rule_reservoir = 1;
inline constexpr double new_rule_rate = 0.05;
SamplingRule new_rule(std::string name);

/// The rule with what the flags say. errors  invalid
Result<SamplingRule> with_flags(SamplingRule rule, const RuleFlags& flags);

}  // namespace tomograph::cli
