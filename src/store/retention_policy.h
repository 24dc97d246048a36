#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/graph.h"
#include "store/group_classifier.h"
#include "trace/trace.h"

namespace tomograph {

// Retention classes. A trace gets its class when it is sealed, for good: its part stands in the
// directory of its day and class, and goes when the class says so.
//
//   0       what no policy matches: kept for the store's own age (EmbeddedStoreOptions)
//   1 … 6   policies: the lowest that matches is the trace's; a lower one is dropped later when
//           the disk's budget is exceeded
//   7       pinned traces whose own time is over
inline constexpr std::uint32_t retention_class_default = 0;
inline constexpr std::uint32_t retention_class_policy_max = 6;
inline constexpr std::uint32_t retention_class_pinned = 7;

/// What to keep for how long. A trace matches when it meets all conditions that are set; there is
/// one at least.
struct RetentionPolicy {
    std::uint32_t retention_class = 1;  ///< 1 … 6
    std::uint32_t days = 30;            ///< 0: for ever
    bool has_fault = false;
    bool has_error = false;
    bool has_throttle = false;
    std::string root_service{};  ///< "": any
    Duration duration_min{};     ///< zero: any
    GroupId group{};             ///< GroupMatch::group; 0: any
    /// Days after which documents become summaries; 0: never.
    std::uint32_t summary_days = 0;

    bool operator==(const RetentionPolicy&) const = default;
};

/// errors  invalid  a class that is none, or twice; no condition; too many days; summaries of what
///                  is gone by then
Result<void> check_policies(const std::vector<RetentionPolicy>& policies);

bool is_match(const RetentionPolicy& policy, const Trace& trace,
              std::span<const GroupMatch> groups);

/// The class of the first policy that matches; 0 when none does. `policies` ascending by class.
std::uint32_t class_of_trace(const std::vector<RetentionPolicy>& policies, const Trace& trace,
                             std::span<const GroupMatch> groups);

}  // namespace tomograph
