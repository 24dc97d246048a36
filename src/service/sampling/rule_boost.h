#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "model/sampling_rule.h"

namespace tomograph {

/// Raises the rate of one rule for a minute when its traces show anomalies that too few samples
/// are of (sampling.md §6). Time is monotonic. Threads: one at a time.
class RuleBoost {
 public:
    /// What one service saw of the rule's traces since its last report.
    struct Report {
        std::string service;
        std::int64_t traces = 0;
        std::int64_t anomalies = 0;
        std::int64_t sampled_anomalies = 0;
    };
    /// Of more services than services_max those that come later are not counted: false.
    bool add(const Report& report, Duration now);

    struct Rate {
        double rate = 0;
        Duration end;
    };
    /// The rate that all clients use in place of the rule's; nothing when it needs no boost.
    ///
    /// cost: O(services), once a second
    std::optional<Rate> now(const SamplingRule& rule, Duration now);

    std::uint64_t started() const { return started_; }

    static constexpr std::size_t services_max = 100;

 private:
    struct Sum {
        std::int64_t traces = 0;
        std::int64_t anomalies = 0;
        std::int64_t sampled_anomalies = 0;
    };
    using Window = std::map<std::string, Sum>;

    /// Moves on to the window of `now`.
    void turn(Duration now);
    /// A trace that passes several services is told by each of them: what the service with most
    /// anomalies saw, a second.
    struct Seen {
        double anomalies = 0;
        double sampled_anomalies = 0;
    };
    Seen seen() const;

    Window current_;
    Window previous_;
    std::int64_t window_ = 0;  ///< its number since time began
    std::optional<Duration> evaluated_;
    std::optional<Rate> active_;
    std::optional<Duration> last_anomaly_;
    std::optional<Duration> next_start_;
    std::uint64_t started_ = 0;
};

}  // namespace tomograph
