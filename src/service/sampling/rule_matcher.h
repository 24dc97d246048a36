#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

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

/// The number of the first that fits, of rules by priority and name; of none: nothing.
std::optional<std::size_t> first_fitting(std::span<const SamplingRule> rules,
                                         const SamplingRequest& request);

}  // namespace tomograph
