#include "service/sampling/rule_sieve.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/wildcard.h"

namespace tomograph {
namespace {

bool is_wild(char letter) { return letter == '*' || letter == '?'; }

/// A bit for the pair, by a number that has most bits of both letters: the case does not count.
std::uint64_t pair_bit(char first, char second) {
    const auto a = static_cast<std::uint32_t>(static_cast<unsigned char>(to_lower_ascii(first)));
    const auto b = static_cast<std::uint32_t>(static_cast<unsigned char>(to_lower_ascii(second)));
    return std::uint64_t{1} << (((a << 8 | b) * 0x9e3779b1U) >> 26);
}

std::uint64_t pairs_of(std::string_view path) {
    std::uint64_t pairs = 0;
    for (std::size_t i = 1; i < path.size(); ++i) pairs |= pair_bit(path[i - 1], path[i]);
    return pairs;
}

std::uint64_t pairs_of_pattern(std::string_view pattern) {
    std::uint64_t pairs = 0;
    for (std::size_t i = 1; i < pattern.size(); ++i)
        if (!is_wild(pattern[i - 1]) && !is_wild(pattern[i]))
            pairs |= pair_bit(pattern[i - 1], pattern[i]);
    return pairs;
}

}  // namespace

RuleSieve::RuleSieve(std::span<const SamplingRule> rules) : rules_(rules) {
    for (const SamplingRule& rule : rules) {
        const bool fits_all = !rule.url_path.empty() &&
                              std::ranges::all_of(rule.url_path, [](char c) { return c == '*'; });
        patterns_.push_back({.fits_all = fits_all, .pairs = pairs_of_pattern(rule.url_path)});
    }
}

std::vector<std::uint32_t> RuleSieve::fitting_beside_path(const SamplingRequest& request) const {
    SamplingRequest beside = request;
    beside.url_path.reset();  // then it fits every pattern
    std::vector<std::uint32_t> fitting;
    for (std::uint32_t rule = 0; rule < rules_.size(); ++rule) {
        if (!fits_rule(rules_[rule], beside)) continue;
        fitting.push_back(rule);
        if (patterns_[rule].fits_all) break;
    }
    return fitting;
}

std::optional<std::uint32_t> RuleSieve::first(std::span<const std::uint32_t> rules,
                                              std::string_view path) const {
    const std::uint64_t pairs = pairs_of(path);
    for (const std::uint32_t rule : rules) {
        const PathPattern& pattern = patterns_[rule];
        if (path.empty() || pattern.fits_all) return rule;
        if ((pattern.pairs & ~pairs) != 0) continue;
        if (matches_wildcard(rules_[rule].url_path, path)) return rule;
    }
    return std::nullopt;
}

}  // namespace tomograph
