#include "service/sampling/quota_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

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

/// Share of the time in which a quota is used.
double use_of(const QuotaDemand& demand, double quota) {
    if (quota <= demand.floor) return 1;
    return demand.kept + (1 - demand.kept) * demand.floor / quota;
}

/// What a demand gets at a level: that level where all of it is used; where it is not, less by the
/// cube of the use. (That is fair in the sense of alpha = 1/4: between an equal share for all and
/// all for those who use the most of it.)
double share_at(const QuotaDemand& demand, double level) {
    if (demand.kept >= 1 || level <= demand.floor) return std::min(demand.rate, level);
    const auto most = [&](double quota) {
        const double use = use_of(demand, quota);
        return level * use * use * use;
    };
    if (most(demand.rate) >= demand.rate) return demand.rate;
    double low = std::min(demand.floor, demand.rate);
    double high = std::min(level, demand.rate);
    for (int step = 0; step < 8; ++step) {
        const double middle = (low + high) / 2;
        (most(middle) >= middle ? low : high) = middle;
    }
    return low;
}

/// The level at which all is given, when more is asked for than there is.
double fair_level(std::span<const QuotaDemand> demands, double available) {
    constexpr double precision = 1e-4;
    constexpr int steps_max = 40;  // of a level of 0
    constexpr double use_least = 0.05;
    double low = 0;
    double high = 0;
    for (const QuotaDemand& demand : demands) {
        const double use = std::max(use_of(demand, demand.rate), use_least);
        high = std::max(high, demand.rate / (use * use * use));
    }
    for (int step = 0; step < steps_max && high - low > precision * high; ++step) {
        const double middle = (low + high) / 2;
        double sum = 0;
        for (const QuotaDemand& demand : demands) sum += share_at(demand, middle);
        (sum <= available ? low : high) = middle;
    }
    return low;
}

double exact_share(const QuotaPlan& plan, const QuotaDemand& demand) {
    if (plan.is_short) return share_at(demand, plan.level);
    return demand.rate + plan.rise * std::max(0.0, demand.peak - demand.rate) + plan.room;
}

/// A sum of many doubles may be a hair below the whole number that it means.
constexpr double hair = 1e-6;

std::int64_t whole_units(const QuotaPlan& plan, const QuotaDemand& demand) {
    return static_cast<std::int64_t>(std::floor(exact_share(plan, demand) + hair));
}

/// One more unit.
struct Claim {
    double alone = 0;  ///< how likely it is to be used
    double worth = 0;  ///< with the bonus of who holds it
    std::uint64_t draw = 0;

    bool operator<(const Claim& other) const {
        return worth != other.worth ? worth > other.worth : draw < other.draw;
    }
};

Claim claim_of(const QuotaDemand& demand, std::int64_t units) {
    const double use = use_of(demand, static_cast<double>(units + 1));
    const double alone = use * likelihood_of(demand.rate, units + 1);
    return {alone, alone + (demand.held > units ? holder_bonus : 0), demand.draw};
}

/// All get what they ask for, then what they asked for before, then an equal part of the rest.
void add_room(std::span<const QuotaDemand> demands, double rest, QuotaPlan& plan) {
    double rises = 0;
    for (const QuotaDemand& demand : demands) rises += std::max(0.0, demand.peak - demand.rate);
    plan.rise = rises > rest ? rest / rises : 1;
    const double unasked = std::max(0.0, rest - rises);
    plan.room = (unasked - std::floor(unasked * kept_share)) / static_cast<double>(demands.size());
}

/// Whole units are given to all; those that are left go to the claims that are worth most.
void rank_claims(std::span<const QuotaDemand> demands, std::int64_t available, QuotaPlan& plan) {
    std::vector<Claim> claims;
    claims.reserve(demands.size());
    double sum = 0;
    std::int64_t given = 0;
    for (const QuotaDemand& demand : demands) {
        const std::int64_t units = whole_units(plan, demand);
        sum += exact_share(plan, demand);
        given += units;
        claims.push_back(claim_of(demand, units));
    }
    // Where more is asked for than there is, all of it is given.
    const std::int64_t all =
        plan.is_short
            ? available
            : std::min(available, static_cast<std::int64_t>(std::floor(sum * (1 + hair) + hair)));
    const std::int64_t left = all - given;
    if (left <= 0) {
        plan.worth_least = plan.worth_alone = std::numeric_limits<double>::infinity();
        return;
    }
    const auto count =
        static_cast<std::ptrdiff_t>(std::min(left, static_cast<std::int64_t>(claims.size())));
    std::partial_sort(claims.begin(), claims.begin() + count, claims.end());
    const Claim& last = claims[static_cast<std::size_t>(count - 1)];
    plan.worth_least = last.worth;
    plan.draw_last = last.draw;
    plan.worth_alone = last.alone;
    for (auto claim = claims.begin(); claim != claims.begin() + count; ++claim)
        plan.worth_alone = std::min(plan.worth_alone, claim->alone);
}

}  // namespace

QuotaShare QuotaPlan::share_of(const QuotaDemand& demand) const {
    const std::int64_t units = whole_units(*this, demand);
    const Claim claim = claim_of(demand, units);
    const Claim last{.alone = worth_alone, .worth = worth_least, .draw = draw_last};
    QuotaShare share{units, units};
    if (!(last < claim)) share.most = ++share.units;
    // Who is as likely to use a unit as those that got it may take some that lie about.
    if (is_short && claim.alone >= worth_alone - hair)
        share.most = std::max(share.units, units + 1 + units / 4);
    return share;
}

QuotaPlan plan_quotas(std::span<const QuotaDemand> demands, std::int64_t available) {
    QuotaPlan plan;
    if (demands.empty()) return plan;
    double asked = 0;
    for (const QuotaDemand& demand : demands) asked += demand.rate;
    const auto all = static_cast<double>(available);
    plan.is_short = asked > all;
    if (plan.is_short)
        plan.level = fair_level(demands, all);
    else
        add_room(demands, all - asked, plan);
    rank_claims(demands, available, plan);
    return plan;
}

}  // namespace tomograph
