#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/sampling_rule.h"

namespace tomograph {

/// What a request says of itself. Absent: it does not, and fits every pattern, as in the X-Ray
/// SDKs.
struct SamplingRequest {
    std::optional<std::string> service_name{};
    std::optional<std::string> service_type{};
    std::optional<std::string> host{};
    std::optional<std::string> http_method{};
    std::optional<std::string> url_path{};
    /// Of the resource that runs the service.
    std::optional<std::string> resource_arn{};
    /// Unlike the others each that a rule names must be there: X-Ray SDKs know none, and pass over
    /// rules that have some.
    std::map<std::string, std::string> attributes{};
};

bool fits_rule(const SamplingRule& rule, const SamplingRequest& request);

/// A pattern of a rule that a request does not fit.
struct Misfit {
    std::string_view member;  ///< of a rule, as the API names it
    std::string attribute{};  ///< which of Attributes
    std::string pattern;
    std::optional<std::string> value;  ///< absent: the request has no such attribute
};
/// All of them, in the order of the API's members; none: the request fits.
std::vector<Misfit> misfits_of(const SamplingRule& rule, const SamplingRequest& request);

/// The number of the first that fits, of rules by priority and name; of none: nothing.
std::optional<std::size_t> first_fitting(std::span<const SamplingRule> rules,
                                         const SamplingRequest& request);

}  // namespace tomograph
