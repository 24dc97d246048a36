#include "service/sampling/quota_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tomograph {
namespace {

/// Of what nobody asks for: kept for clients that come.
constexpr double kept_share = 1.0 / 8;
/// How much likelier another client must use a unit than its holder, to be given it.
constexpr double holder_bonus = 0.1;
/// Above it a Poisson distribution is a normal one for our purpose.
constexpr double rate_large = 30;

/// That a client of this rate has `count` requests or more in a second, were they independent.
double likelihood_of(double rate, std::int64_t count) {
    if (count <= 0) return 1;
    if (rate <= 0) return 0;
    if (rate > rate_large)
        return 0.5 * std::erfc((static_cast<double>(count) - 0.5 - rate) / std::sqrt(2 * rate));
    double term = std::exp(-rate);
    double below = 0;
    for (std::int64_t n = 0; n < count && term > 0; ++n) {
        below += term;
        term *= rate / static_cast<double>(n + 1);
    }
    return std::max(0.0, 1 - below);
}

/// The level up to which every demand is met, when they exceed `available` together.
double fair_level(std::span<const QuotaDemand> demands, double available) {
    std::vector<double> rates;
    rates.reserve(demands.size());
    for (const QuotaDemand& demand : demands) rates.push_back(demand.rate);
    std::sort(rates.begin(), rates.end());
    double left = available;
    for (std::size_t at = 0; at < rates.size(); ++at) {
        const double level = left / static_cast<double>(rates.size() - at);
        if (rates[at] >= level) return level;
        left -= rates[at];
    }
    return rates.empty() ? 0 : rates.back();
}

std::vector<double> exact_shares(std::span<const QuotaDemand> demands, double available) {
    double asked = 0;
    for (const QuotaDemand& demand : demands) asked += demand.rate;
    std::vector<double> shares;
    shares.reserve(demands.size());
    const double count = static_cast<double>(demands.size());
    const double rest = available - asked;
    const double level = rest < 0 ? fair_level(demands, available) : 0;
    const double room = rest < 0 ? 0 : (rest - std::floor(rest * kept_share)) / count;
    for (const QuotaDemand& demand : demands)
        shares.push_back(rest < 0 ? std::min(demand.rate, level) : demand.rate + room);
    return shares;
}

}  // namespace

std::vector<std::int64_t> plan_quotas(std::span<const QuotaDemand> demands,
                                      std::int64_t available) {
    if (demands.empty()) return {};
    const std::vector<double> exact = exact_shares(demands, static_cast<double>(available));
    // A sum of many doubles may be a hair below the whole number that it means.
    constexpr double hair = 1e-6;
    const double sum = std::accumulate(exact.begin(), exact.end(), 0.0);
    std::int64_t left =
        std::min(available, static_cast<std::int64_t>(std::floor(sum * (1 + hair) + hair)));
    std::vector<std::int64_t> shares;
    shares.reserve(demands.size());
    for (const double share : exact) {
        shares.push_back(std::min(left, static_cast<std::int64_t>(std::floor(share))));
        left -= shares.back();
    }
    if (left == 0) return shares;

    struct Claim {
        double worth;
        std::uint64_t draw;
        std::size_t client;
    };
    std::vector<Claim> claims;
    claims.reserve(demands.size());
    for (std::size_t at = 0; at < demands.size(); ++at) {
        const QuotaDemand& demand = demands[at];
        const double bonus = demand.held > shares[at] ? holder_bonus : 0;
        claims.push_back({likelihood_of(demand.rate, shares[at] + 1) + bonus, demand.draw, at});
    }
    const auto count =
        static_cast<std::size_t>(std::min(left, static_cast<std::int64_t>(claims.size())));
    const auto last = claims.begin() + static_cast<std::ptrdiff_t>(count);
    std::partial_sort(claims.begin(), last, claims.end(), [](const Claim& a, const Claim& b) {
        return a.worth != b.worth ? a.worth > b.worth : a.draw < b.draw;
    });
    for (auto claim = claims.begin(); claim != last; ++claim) ++shares[claim->client];
    return shares;
}

}  // namespace tomograph
