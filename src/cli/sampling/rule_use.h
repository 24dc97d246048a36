#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/api_client.h"

namespace tomograph::cli {

/// The server sums what programs report in windows of that length.
inline constexpr Duration use_window = Duration::seconds(10);

/// What programs did by one rule.
struct RuleUse {
    std::int64_t requests = 0;
    std::int64_t sampled = 0;  ///< by reservoir and rate
    std::int64_t borrowed = 0;

    std::int64_t taken() const { return sampled + borrowed; }
    void add(const RuleUse& other);
};

/// Uses by rule, by the start of their window.
using UseWindows = std::map<Instant, std::map<std::string, RuleUse>>;

/// Windows that start at `since` or later, that of now too, which is not over.
Result<UseWindows> fetch_use(ApiClient& api, Instant since);

/// The start of the window that is not over.
Instant window_of(Instant now);

/// "12.5", of a second
std::string per_second_text(std::int64_t count, Duration length);
/// taken of requests: "12%"; "" of none
std::string taken_text(const RuleUse& use);

}  // namespace tomograph::cli
