#include "service/sampling/rule_matcher.h"

#include <algorithm>

#include "base/wildcard.h"

namespace tomograph {
namespace {

bool fits(const std::string& pattern, const std::optional<std::string>& value) {
    return !value || matches_wildcard(pattern, *value);
}

bool fits_attributes(const SamplingRule& rule, const SamplingRequest& request) {
    return std::all_of(rule.attributes.begin(), rule.attributes.end(), [&](const auto& each) {
        const auto found = request.attributes.find(each.first);
        return found != request.attributes.end() && matches_wildcard(each.second, found->second);
    });
}

struct Matched {
    std::string_view member;
    const std::string SamplingRule::* pattern;
    const std::optional<std::string> SamplingRequest::* value;
};

constexpr Matched matched[] = {
    {"ServiceName", &SamplingRule::service_name, &SamplingRequest::service_name},
    {"ServiceType", &SamplingRule::service_type, &SamplingRequest::service_type},
    {"Host", &SamplingRule::host, &SamplingRequest::host},
    {"HTTPMethod", &SamplingRule::http_method, &SamplingRequest::http_method},
    {"URLPath", &SamplingRule::url_path, &SamplingRequest::url_path},
    {"ResourceARN", &SamplingRule::resource_arn, &SamplingRequest::resource_arn},
};

}  // namespace

bool fits_rule(const SamplingRule& rule, const SamplingRequest& request) {
    return std::all_of(std::begin(matched), std::end(matched),
                       [&](const Matched& each) {
                           return fits(rule.*each.pattern, request.*each.value);
                       }) &&
           fits_attributes(rule, request);
}

std::vector<Misfit> misfits_of(const SamplingRule& rule, const SamplingRequest& request) {
    std::vector<Misfit> misfits;
    for (const Matched& each : matched)
        if (!fits(rule.*each.pattern, request.*each.value))
            misfits.push_back({.member = each.member,
                               .pattern = rule.*each.pattern,
                               .value = request.*each.value});
    for (const auto& [name, pattern] : rule.attributes) {
        Misfit misfit{.member = "Attributes", .attribute = name, .pattern = pattern, .value = {}};
        if (const auto found = request.attributes.find(name); found != request.attributes.end())
            misfit.value = found->second;
        if (!misfit.value || !matches_wildcard(pattern, *misfit.value))
            misfits.push_back(std::move(misfit));
    }
    return misfits;
}

std::optional<std::size_t> first_fitting(std::span<const SamplingRule> rules,
                                         const SamplingRequest& request) {
    for (std::size_t at = 0; at < rules.size(); ++at)
        if (fits_rule(rules[at], request)) return at;
    return std::nullopt;
}

}  // namespace tomograph
