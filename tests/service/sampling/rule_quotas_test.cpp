#include "service/sampling/rule_quotas.h"

#include <doctest/doctest.h>

#include <numeric>

#include "service/sampling/quota_plan.h"

using namespace tomograph;

namespace {

constexpr Duration second = Duration::seconds(1);

std::vector<std::int64_t> units_of(const std::vector<QuotaDemand>& demands,
                                   std::int64_t available) {
    const QuotaPlan plan = plan_quotas(demands, available);
    std::vector<std::int64_t> units;
    for (const QuotaDemand& demand : demands) units.push_back(plan.share_of(demand).units);
    CHECK(std::accumulate(units.begin(), units.end(), std::int64_t{0}) <= available);
    return units;
}

/// One rule and its clients, each named by a number.
struct Bench {
    RuleQuotas quotas{100};
    Duration now = Duration::hours(1);
    std::int64_t reservoir = 10;

    RuleQuotas::Answer report(int client, std::int64_t requests, std::int64_t borrowed = 0) {
        SamplingReport report{.timestamp = {now.ns}, .requests = requests, .borrowed = borrowed};
        report.client.fill('a');
        report.client[0] = static_cast<char>(client);
        return quotas.report(report, reservoir, now);
    }
    std::int64_t quota(int client, std::int64_t requests, std::int64_t borrowed = 0) {
        return report(client, requests, borrowed).quota;
    }
    /// Of a second report: a first one is not answered with all.
    std::int64_t settled(int client, std::int64_t requests) {
        quota(client, requests);
        wait(10);
        return quota(client, requests);
    }
    void wait(std::int64_t seconds) { now = now + second * seconds; }
};

}  // namespace

TEST_CASE("a reservoir is divided fairly, in whole units, and never beyond it") {
    struct Case {
        std::vector<double> rates;
        std::int64_t available;
        std::vector<std::int64_t> shares;
    };
    const Case cases[] = {
        {{}, 10, {}},
        {{5}, 0, {0}},
        {{0}, 2, {2}},           // the rest is head-room
        {{5}, 3, {3}},           // not all that is asked for
        {{0}, 80, {70}},         // an eighth of what nobody asks for is kept for those who come
        {{10, 10}, 10, {5, 5}},  // an equal share
        {{2, 100}, 10, {2, 8}},  // what one does not ask for is another's
        {{2, 100, 100}, 12, {2, 5, 5}},
        {{1, 1, 9}, 1, {0, 0, 1}},  // a unit goes to who uses it most likely
        {{100, 1, 1}, 2, {1, 1, 0}},
    };
    for (const Case& each : cases) {
        std::vector<QuotaDemand> demands;
        for (const double rate : each.rates)
            demands.push_back({.rate = rate, .draw = demands.size()});
        CHECK(units_of(demands, each.available) == each.shares);
    }
}

TEST_CASE("a unit stays where it is among clients of equal demand") {
    std::vector<QuotaDemand> demands(4, {.rate = 3});
    for (std::size_t at = 0; at < 4; ++at) demands[at].draw = at;
    CHECK(units_of(demands, 2) == std::vector<std::int64_t>{1, 1, 0, 0});
    demands[2].held = demands[3].held = 1;
    CHECK(units_of(demands, 2) == std::vector<std::int64_t>{0, 0, 1, 1});
    demands[0].rate = 30;
    demands[3].rate = 1;
    CHECK(units_of(demands, 2) == std::vector<std::int64_t>{1, 0, 1, 0});
}

TEST_CASE("who is likely to stop gets less, but what stays in any case is as good as others'") {
    const std::vector<QuotaDemand> demands = {{.rate = 10, .draw = 1},
                                              {.rate = 10, .floor = 1, .kept = 0.5, .draw = 2},
                                              {.rate = 10, .floor = 8, .kept = 0.5, .draw = 3}};
    const auto units = units_of(demands, 15);
    CHECK(units[0] >= 6);
    CHECK(units[1] <= 3);
    CHECK(units[2] >= 6);
}

TEST_CASE("what nobody asks for goes to those who asked for more before") {
    const std::vector<QuotaDemand> demands = {{.rate = 2, .peak = 12, .draw = 1},
                                              {.rate = 2, .peak = 2, .draw = 2}};
    CHECK(units_of(demands, 14) == std::vector<std::int64_t>{12, 2});
    CHECK(units_of(demands, 9) == std::vector<std::int64_t>{7, 2});
}

TEST_CASE("a unit that lies about may be taken by whoever is as likely to use it") {
    const std::vector<QuotaDemand> demands = {
        {.rate = 10, .draw = 1}, {.rate = 10, .draw = 2}, {.rate = 0.1, .draw = 3}};
    const QuotaPlan plan = plan_quotas(demands, 1);
    CHECK(plan.share_of(demands[0]) == QuotaShare{1, 1});
    CHECK(plan.share_of(demands[1]) == QuotaShare{0, 1});
    CHECK(plan.share_of(demands[2]) == QuotaShare{0, 0});
}

TEST_CASE("a client of steady demand may miss an answer, others are told to come back in time") {
    Bench bench;
    bench.reservoir = 100;
    CHECK(bench.report(1, 50).life == quota_life_short);
    int reports = 1;
    while (bench.wait(10), bench.report(1, 50).life == quota_life_short) ++reports;
    CHECK(reports > 12);
    CHECK(reports < 36);
    bench.wait(10);
    CHECK(bench.report(1, 50).life == quota_life);
    bench.wait(10);
    CHECK(bench.report(1, 5).life == quota_life_short);
    bench.wait(10);
    CHECK(bench.report(1, 50).life == quota_life_short);
}

TEST_CASE("one client gets what AWS documents: all of a reservoir of 2") {
    Bench bench;
    bench.reservoir = 2;
    CHECK(bench.quota(1, 10) == 2);
    bench.wait(10);
    CHECK(bench.quota(1, 10) == 2);
}

TEST_CASE("clients that come one by one all get something, and the sum is never too large") {
    Bench bench;
    bench.reservoir = 20;
    std::int64_t sum = 0;
    for (int client = 0; client < 4; ++client) {
        const std::int64_t quota = bench.quota(client, 10);
        CHECK(quota > 0);
        sum += quota;
    }
    CHECK(sum <= 20);
    bench.wait(10);
    CHECK(bench.quotas.committed(bench.now) == sum);
}

TEST_CASE("programs that start together use a reservoir from their second report on") {
    Bench bench;
    bench.reservoir = 20;
    const auto round = [&] {
        std::int64_t used = 0;
        for (int client = 1; client <= 5; ++client) used += bench.quota(client, 1000);
        bench.wait(10);
        return used;
    };
    CHECK(round() >= 10);
    CHECK(round() == 20);
}

TEST_CASE("an idle program that comes first does not keep a reservoir from a busy one") {
    Bench bench;
    bench.quota(1, 0);
    CHECK(bench.quota(2, 1000) == 2);
    bench.wait(10);
    bench.quota(1, 0);
    CHECK(bench.quota(2, 1000) == 8);
}

TEST_CASE("what a client had counts until it has run out, whatever it was answered since") {
    Bench bench;
    bench.reservoir = 8;
    CHECK(bench.settled(1, 80) == 8);
    bench.wait(10);
    CHECK(bench.quota(2, 80) == 0);
    CHECK(bench.quota(1, 80) == 4);  // this answer may be lost
    CHECK(bench.quotas.committed(bench.now) == 8);
    bench.wait(2);
    CHECK(bench.quota(2, 80) == 0);
    bench.wait(1);  // 13 s after the first answer
    CHECK(bench.quotas.committed(bench.now) == 4);
    CHECK(bench.quota(2, 80) == 4);
}

TEST_CASE("a quota counts to its end although one as large that ends earlier was answered since") {
    Bench bench;
    bench.reservoir = 100;
    while (bench.wait(10), bench.report(1, 50).life == quota_life_short) continue;
    const std::int64_t held = bench.quotas.committed(bench.now);
    bench.wait(1);
    CHECK(bench.report(1, 0).life == quota_life_short);
    bench.reservoir = 1;
    bench.wait(1);
    CHECK(bench.quota(1, 0) <= 1);
    bench.wait(20);  // the short ones have ended
    CHECK(bench.quotas.committed(bench.now) == held);
    bench.wait(1);
    CHECK(bench.quotas.committed(bench.now) == 0);
}

TEST_CASE("a client that vanishes returns its share") {
    Bench bench;
    CHECK(bench.settled(1, 100) == 10);
    bench.wait(10);
    CHECK(bench.quota(2, 100) == 0);
    bench.wait(30);
    CHECK(bench.quota(2, 100) == 10);
    CHECK(bench.quotas.client_count() == 1);
}

TEST_CASE("a report that comes twice is answered twice and counted once") {
    Bench bench;
    CHECK_FALSE(bench.report(1, 50).is_repeated);
    const auto again = bench.report(1, 50);
    CHECK(again.is_repeated);
    CHECK(again.quota > 0);
    bench.wait(10);
    CHECK_FALSE(bench.report(1, 50).is_repeated);
}

TEST_CASE("who borrows although it has a quota gets none, and its borrowing is set aside") {
    Bench bench;
    bench.reservoir = 4;
    CHECK(bench.quota(1, 100) == 2);
    bench.wait(10);
    CHECK(bench.quota(1, 100, 1) > 0);  // of the moment before the first answer, perhaps
    bench.wait(10);
    CHECK(bench.quota(1, 100, 10) == 0);
    bench.wait(30);
    CHECK(bench.quota(1, 100, 10) == 0);
    CHECK(bench.settled(2, 100) == 3);
    bench.wait(10);
    CHECK(bench.quota(1, 100) > 0);  // it has learned
}

TEST_CASE("the borrowing of many sets aside half of a reservoir at most") {
    Bench bench;
    for (int round = 0; round < 3; ++round, bench.wait(10))
        for (int client = 1; client <= 20; ++client) bench.report(client, 100, 10);
    bench.wait(14);
    for (int client = 1; client <= 20; ++client) bench.report(client, 100, 10);
    bench.wait(1);
    CHECK(bench.settled(50, 100) == 5);
}

TEST_CASE("more clients than are remembered get nothing, and room comes with time") {
    Bench bench;
    bench.quotas = RuleQuotas(2);
    bench.report(1, 10);
    bench.report(2, 10);
    const auto third = bench.report(3, 10);
    CHECK(third.is_refused);
    CHECK(third.quota == 0);
    bench.wait(31);
    CHECK_FALSE(bench.report(3, 10).is_refused);
    CHECK(bench.quotas.client_count() == 1);
}

TEST_CASE("a smaller reservoir holds as soon as the quotas of the larger one have run out") {
    Bench bench;
    CHECK(bench.settled(1, 100) == 10);
    bench.reservoir = 4;
    bench.wait(10);
    CHECK(bench.quota(1, 100) == 4);
    CHECK(bench.quotas.committed(bench.now) == 10);
    bench.wait(3);
    CHECK(bench.quotas.committed(bench.now) == 4);
    bench.reservoir = 0;
    CHECK(bench.quota(1, 100) == 0);
}

TEST_CASE("nothing is in force any more when a rule is idle") {
    Bench bench;
    bench.report(1, 10);
    CHECK_FALSE(bench.quotas.is_idle(bench.now + second * 12));
    CHECK(bench.quotas.is_idle(bench.now + second * 13));
}
