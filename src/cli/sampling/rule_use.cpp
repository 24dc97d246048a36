#include "cli/sampling/rule_use.h"

#include <fmt/format.h>

#include "cli/figure_text.h"

namespace tomograph::cli {

void RuleUse::add(const RuleUse& other) {
    requests += other.requests;
    sampled += other.sampled;
    borrowed += other.borrowed;
}

Result<UseWindows> fetch_use(ApiClient& api, Instant since) {
    UseWindows windows;
    // The newest come first.
    TRY(api.pages("/SamplingStatisticSummaries", "", [&](Json answer) {
        const Json rows = answer["SamplingStatisticSummaries"];
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const Json row = rows.at(i);
            const auto count = [&](std::string_view member) {
                return static_cast<std::int64_t>(row[member].number());
            };
            const Instant start = Instant::from_seconds(count("Timestamp"));
            if (start < since) return false;
            windows[start][std::string(row["RuleName"].text())].add(
                {.requests = count("RequestCount"),
                 .sampled = count("SampledCount"),
                 .borrowed = count("BorrowCount")});
        }
        return true;
    }));
    return windows;
}

Instant window_of(Instant now) { return {now.ns - now.ns % use_window.ns}; }

std::string per_second_text(std::int64_t count, Duration length) {
    const double rate = static_cast<double>(count) / length.as_seconds();
    return rate == 0 || rate >= 100 ? fmt::format("{:.0f}", rate) : fmt::format("{:.1f}", rate);
}

std::string taken_text(const RuleUse& use) {
    if (use.requests == 0) return "";
    return percent_text(100 * static_cast<double>(use.taken()) / static_cast<double>(use.requests));
}

}  // namespace tomograph::cli
