#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "service/sampling/rule_matcher.h"

namespace tomograph {

/// first_fitting() for very many requests of which few differ in more than their path: what else a
/// rule asks is decided once for all of those, and of a path most rules are ruled out by the pairs
/// of letters that it has not.
///
///   RuleSieve sieve(rules);
///   const auto those = sieve.fitting_beside_path(request);
///   const auto first = sieve.first(those, "/cart");
class RuleSieve {
 public:
    /// rules  by priority and name; borrowed
    explicit RuleSieve(std::span<const SamplingRule> rules);

    /// The rules that a request fits whatever its path is, or may fit by its path. Ascending.
    std::vector<std::uint32_t> fitting_beside_path(const SamplingRequest& request) const;
    /// The first of those that the path fits; "": the request says no path. Of none: nothing.
    /// cost  about 1 ns a rule, and a comparison with those that are left
    std::optional<std::uint32_t> first(std::span<const std::uint32_t> rules,
                                       std::string_view path) const;

 private:
    /// What a path has to have to fit a pattern.
    struct PathPattern {
        bool fits_all = false;
        std::uint64_t pairs = 0;  ///< of letters that stand side by side, a bit for several
    };

    std::span<const SamplingRule> rules_;
    std::vector<PathPattern> patterns_;
};

}  // namespace tomograph
