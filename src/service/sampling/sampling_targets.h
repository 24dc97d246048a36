#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/metrics.h"
#include "service/sampling/rule_boost.h"
#include "service/sampling/rule_quotas.h"
#include "service/sampling/sampling_rules.h"
#include "service/sampling/sampling_statistics.h"

namespace tomograph {

/// What one client did by one rule since it said so last.
struct SamplingDocument {
    std::string rule;
    SamplingReport report;
};

/// What one service saw of the traces of one rule.
struct BoostDocument {
    std::string rule;
    Instant timestamp;
    RuleBoost::Report report;
};

/// What a client does by a rule from now on.
struct SamplingTarget {
    std::string rule;
    double fixed_rate = 0;
    /// Absent for a while after a start: who holds a quota keeps it.
    std::optional<std::int64_t> quota{};
    Instant quota_end{};  ///< by the client's clock
    struct Boost {
        double rate = 0;
        Instant end;  ///< by the client's clock
    };
    std::optional<Boost> boost{};
};

/// A document that was not taken. Codes are ours; Go's SDK reads their first digit, and fetches the
/// rules again at a 4.
struct UnprocessedDocument {
    std::string rule;
    std::string code;
    std::string message;
};

struct SamplingAnswer {
    std::vector<SamplingTarget> targets;  ///< one for each document that was taken
    std::vector<UnprocessedDocument> unprocessed;
    std::vector<UnprocessedDocument> unprocessed_boosts;
    Instant last_modified;  ///< of any rule
};

/// Answers the clients of sampling rules: the reservoir of each rule divided among them all
/// (docs/decisions/012-quotas-that-add-up.md), its rate, and its boost. In memory only.
/// Threads: any; nothing waits for a disk.
class SamplingTargets {
 public:
    struct Options {
        /// Clients may hold quotas of a life of this server before this one: none are given before
        /// those have run out.
        bool has_former_life = true;
        std::size_t clients_per_rule_max = 20'000;
        /// Rules that were deleted are remembered until their quotas have run out.
        std::size_t rules_max = 200;
    };
    /// All outlive it.
    SamplingTargets(const SamplingRules& rules, const Clock& clock, MetricsRegistry& registry,
                    Options options);

    SamplingAnswer report(const std::vector<SamplingDocument>& documents,
                          const std::vector<BoostDocument>& boosts);

    /// As SamplingStatisticsLog::list().
    SamplingStatisticsPage statistics(std::optional<Instant> before, std::size_t limit);

 private:
    struct RuleState {
        explicit RuleState(std::size_t clients_max) : quotas(clients_max) {}
        RuleQuotas quotas;
        RuleBoost boost;
    };
    struct State {
        std::map<std::string, RuleState, std::less<>> rules;
        SamplingStatisticsLog statistics;
    };
    struct Metrics {
        explicit Metrics(MetricsRegistry& registry);
        Counter& taken;
        Counter& repeated;
        Counter& refused;
        Counter& unprocessed;
        Counter& forgotten_rules;
        Counter& uncounted_services;
        Counter& boosts;
        Gauge& clients;
    };
    /// The time of one call, by both clocks.
    struct Moment {
        Instant wall;
        Duration monotonic;
    };

    RuleState& state_of(State& state, const std::string& rule, Duration now);
    SamplingTarget target_of(State& state, const SamplingRule& rule,
                             const SamplingDocument& document, const Moment& moment);
    std::optional<UnprocessedDocument> add_boost(State& state, const SamplingRules::State& rules,
                                                 const BoostDocument& document,
                                                 const Moment& moment);

    const SamplingRules& rules_;
    const Clock& clock_;
    const Options options_;
    Metrics metrics_;
    const Duration quotas_from_;
    Guarded<State> state_;
};

}  // namespace tomograph
