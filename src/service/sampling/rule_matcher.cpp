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

}  // namespace

bool fits_rule(const SamplingRule& rule, const SamplingRequest& request) {
    return fits(rule.service_name, request.service_name) &&
           fits(rule.service_type, request.service_type) && fits(rule.host, request.host) &&
           fits(rule.http_method, request.http_method) && fits(rule.url_path, request.url_path) &&
           fits(rule.resource_arn, request.resource_arn) && fits_attributes(rule, request);
}

std::optional<std::size_t> first_fitting(std::span<const SamplingRule> rules,
                                         const SamplingRequest& request) {
    for (std::size_t at = 0; at < rules.size(); ++at)
        if (fits_rule(rules[at], request)) return at;
    return std::nullopt;
}

}  // namespace tomograph
