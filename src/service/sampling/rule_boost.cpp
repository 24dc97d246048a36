#include "service/sampling/rule_boost.h"

#include <algorithm>
#include <cmath>

namespace tomograph {
namespace {

constexpr Duration window_length = Duration::seconds(10);
constexpr Duration boost_length = Duration::seconds(60);
/// Without an anomaly for that long a boost ends early.
constexpr Duration calm = Duration::seconds(20);
constexpr Duration evaluation_step = Duration::seconds(1);
/// Anomalies that should be sampled, a second.
constexpr double wanted_rate = 1;
/// Fewer anomalies in a window than this start nothing.
constexpr double anomalies_min = 1;

double rounded_up(double rate) { return std::ceil(rate * 1000 - 1e-9) / 1000; }

}  // namespace

void RuleBoost::turn(Duration now) {
    const std::int64_t window = now.ns / window_length.ns;
    if (window == window_) return;
    previous_ = window == window_ + 1 ? std::move(current_) : Window();
    current_.clear();
    window_ = window;
}

bool RuleBoost::add(const Report& report, Duration now) {
    turn(now);
    if (current_.size() >= services_max && !current_.contains(report.service)) return false;
    Sum& sum = current_[report.service];
    sum.traces += report.traces;
    sum.anomalies += report.anomalies;
    sum.sampled_anomalies += report.sampled_anomalies;
    if (report.anomalies > 0) last_anomaly_ = now;
    return true;
}

RuleBoost::Seen RuleBoost::seen() const {
    Window both = previous_;
    for (const auto& [service, sum] : current_) {
        both[service].anomalies += sum.anomalies;
        both[service].sampled_anomalies += sum.sampled_anomalies;
    }
    Sum most;
    for (const auto& [service, sum] : both)
        if (sum.anomalies > most.anomalies) most = sum;
    // A client's report is of ten seconds; two windows hold two of most clients.
    const Duration length = previous_.empty() ? window_length : window_length * 2;
    return {static_cast<double>(most.anomalies) / length.as_seconds(),
            static_cast<double>(most.sampled_anomalies) / length.as_seconds()};
}

std::optional<RuleBoost::Rate> RuleBoost::now(const SamplingRule& rule, Duration now) {
    if (!rule.boost || rule.boost->rate_max <= rule.fixed_rate) {
        active_.reset();
        return std::nullopt;
    }
    if (active_ && now >= active_->end) active_.reset();
    if (evaluated_ && now - *evaluated_ < evaluation_step) return active_;
    evaluated_ = now;
    turn(now);
    if (active_ && now - *last_anomaly_ >= calm) active_.reset();

    const Seen seen = this->seen();
    const bool may_start = !next_start_ || now >= *next_start_;
    const bool is_needed = seen.anomalies * window_length.as_seconds() >= anomalies_min &&
                           seen.sampled_anomalies < wanted_rate;
    if (!active_ && may_start && is_needed) {
        active_ = Rate{.rate = 0, .end = now + boost_length};
        next_start_ =
            now + Duration::minutes(std::max<std::int64_t>(
                      1, std::min<std::int64_t>(rule.boost->cooldown_minutes,
                                                Duration::days(365).ns / Duration::minutes(1).ns)));
        ++started_;
    }
    if (active_ && seen.anomalies > 0)
        active_->rate = std::min(rule.boost->rate_max,
                                 rounded_up(std::clamp(wanted_rate / seen.anomalies,
                                                       rule.fixed_rate, rule.boost->rate_max)));
    return active_;
}

}  // namespace tomograph
