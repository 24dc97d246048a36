#include "service/sampling/sampling_statistics.h"

namespace tomograph {

void SamplingStatisticsLog::forget_old(Instant now) {
    windows_.erase(windows_.begin(), windows_.lower_bound(now - statistics_age));
    // A wall clock that was set back leaves windows of a time that has not come.
    windows_.erase(windows_.upper_bound(now), windows_.end());
}

void SamplingStatisticsLog::add(const std::string& rule, const SamplingStatistics& counts,
                                Instant now) {
    forget_old(now);
    const Instant start{now.ns - now.ns % statistics_window.ns};
    Window& window = windows_[start];
    if (window.size() >= statistics_rules_max && !window.contains(rule)) return;
    SamplingStatistics& sum = window[rule];
    sum.rule = rule;
    sum.start = start;
    sum.requests += counts.requests;
    sum.sampled += counts.sampled;
    sum.borrowed += counts.borrowed;
}

SamplingStatisticsPage SamplingStatisticsLog::list(std::optional<Instant> before, std::size_t limit,
                                                   Instant now) const {
    SamplingStatisticsPage page;
    for (auto at = windows_.rbegin(); at != windows_.rend(); ++at) {
        const auto& [start, window] = *at;
        if (start > now || (before && start >= *before)) continue;
        if (start < now - statistics_age) break;
        page.has_more = page.rows.size() >= limit;
        if (page.has_more) break;
        for (const auto& [rule, sum] : window) page.rows.push_back(sum);
    }
    return page;
}

}  // namespace tomograph
