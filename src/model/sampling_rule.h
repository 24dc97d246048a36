#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace tomograph {

/// How far a rule's rate may rise while there are anomalies (sampling.md §6).
struct SamplingBoost {
    double rate_max = 0;                ///< 0 to 1
    std::int64_t cooldown_minutes = 0;  ///< from one start of a boost to the next, at least
    /// Clients of ADOT read it; kept as it came.
    std::optional<bool> detection_disabled{};
    bool operator==(const SamplingBoost&) const = default;
};

/// Which requests a program samples, and how many: the first rule by priority, then name, whose
/// patterns all match a request decides on it.
///
/// Patterns: `*` stands for any characters, `?` for one; the case of A to Z does not count.
struct SamplingRule {
    std::string name{};
    std::string resource_arn = "*";   ///< pattern
    std::int64_t priority = 0;        ///< ascending
    double fixed_rate = 0;            ///< 0 to 1, of what the reservoir leaves
    std::int64_t reservoir_size = 0;  ///< requests a second, of all programs together
    std::string service_name = "*";   ///< pattern
    std::string service_type = "*";   ///< pattern
    std::string host = "*";           ///< pattern
    std::string http_method = "*";    ///< pattern
    std::string url_path = "*";       ///< pattern
    std::map<std::string, std::string> attributes{};  ///< patterns by name
    std::optional<SamplingBoost> boost{};
    bool operator==(const SamplingRule&) const = default;
};

}  // namespace tomograph
