#include "service/sampling/simulation.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/hash.h"
#include "service/sampling/rule_matcher.h"

using namespace tomograph;

namespace {

/// Requests of a service, so many in each of so many seconds.
TraceEntries requests(std::string_view url, int seconds, int a_second) {
    TraceEntries entries;
    entries.points.push_back(
        {.service = "api", .type = "", .method = "GET", .url = std::string(url)});
    for (int n = 0; n < seconds * a_second; ++n)
        entries.traces.push_back({.second = n % seconds,
                                  .draw = mix64(static_cast<std::uint64_t>(n) + 1),
                                  .bytes = 100,
                                  .point = 0,
                                  .spans = 4,
                                  .error = n % 10 == 0,
                                  .fault = n % 100 == 0});
    return entries;
}

}  // namespace

TEST_CASE("a rule fits where all of its patterns do; what a request does not say fits") {
    struct Case {
        SamplingRule rule;
        SamplingRequest request;
        bool fits;
    };
    const Case cases[] = {
        {{}, {}, true},
        {{.url_path = "/a/*"}, {.url_path = "/A/x"}, true},
        {{.url_path = "/a/*"}, {.url_path = "/b"}, false},
        {{.url_path = "/a/*"}, {}, true},
        {{.host = "shop.?om"}, {.host = "shop.com"}, true},
        {{.host = "shop.?om", .http_method = "POST"},
         {.host = "shop.com", .http_method = "GET"},
         false},
        {{.attributes = {{"tier", "g*"}}}, {}, false},
        {{.attributes = {{"tier", "g*"}}}, {.attributes = {{"tier", "gold"}}}, true},
        {{.attributes = {{"tier", "g*"}}}, {.attributes = {{"tier", "tin"}}}, false},
    };
    for (const Case& each : cases) {
        CHECK(fits_rule(each.rule, each.request) == each.fits);
        CHECK(misfits_of(each.rule, each.request).empty() == each.fits);
    }
}

TEST_CASE("what of a request does not fit a rule is told, member by member") {
    const SamplingRule rule{.service_name = "cart",
                            .url_path = "/a/*",
                            .attributes = {{"tier", "g*"}, {"vip", "yes"}, {"zone", "a"}}};
    const auto misfits = misfits_of(rule, {.service_name = "shop",
                                           .host = "h",
                                           .url_path = "/b",
                                           .attributes = {{"tier", "tin"}, {"zone", "a"}}});
    REQUIRE(misfits.size() == 4);
    CHECK(misfits[0].member == "ServiceName");
    CHECK(misfits[0].pattern == "cart");
    CHECK(misfits[0].value == "shop");
    CHECK(misfits[1].member == "URLPath");
    CHECK(misfits[2].attribute == "tier");
    CHECK(misfits[2].value == "tin");
    CHECK(misfits[3].attribute == "vip");
    CHECK_FALSE(misfits[3].value);
}

TEST_CASE("each second the reservoir takes its share, and the rate of what is left") {
    const auto told = simulate({{.name = "all", .fixed_rate = 0.1, .reservoir_size = 5}},
                               requests("http://api/x", 100, 105));
    REQUIRE(told.rules.size() == 1);
    const SimulatedCounts& counts = told.rules[0].counts;
    CHECK(counts == told.total);
    CHECK(counts.matched == 10'500);
    CHECK(counts.from_reservoir == 500);
    CHECK(counts.from_rate > 900);
    CHECK(counts.from_rate < 1'100);
    CHECK(counts.errors == 1'050);
    CHECK(counts.faults == 105);
    CHECK(counts.errors_sampled < 250);
    CHECK(counts.spans == 42'000);
    CHECK(counts.spans_sampled == 4 * counts.sampled());
    CHECK(counts.bytes_sampled == 100 * counts.sampled());
    CHECK(told.operations.empty());
    // The same requests in another order give the same answer.
    auto turned = requests("http://api/x", 100, 105);
    std::reverse(turned.traces.begin(), turned.traces.end());
    CHECK(simulate({{.name = "all", .fixed_rate = 0.1, .reservoir_size = 5}}, turned).total ==
          told.total);
}

TEST_CASE("the first rule that fits decides, and what none samples is starved") {
    TraceEntries entries = requests("http://api:8080/cart?id=7", 10, 3);
    entries.points.push_back({.service = "jobs", .type = "", .method = "", .url = ""});
    for (int n = 0; n < 5; ++n)
        entries.traces.push_back({.second = 3, .draw = 7, .point = 1, .spans = 1, .fault = true});
    const auto told = simulate({{.name = "cart",
                                 .reservoir_size = 1,
                                 .service_name = "api",
                                 .host = "api:*",
                                 .url_path = "/cart"},
                                {.name = "jobs", .service_name = "j*"}},
                               entries);
    CHECK(told.rules[0].counts.matched == 30);
    CHECK(told.rules[0].counts.sampled() == 10);
    CHECK(told.rules[1].counts.matched == 5);
    CHECK(told.rules[1].counts.sampled() == 0);
    REQUIRE(told.services.size() == 1);
    CHECK(told.services[0].service == "jobs");
    CHECK(told.services[0].requests == 5);
    CHECK(told.services[0].faults == 5);
    REQUIRE(told.operations.size() == 1);
    CHECK(told.starved_operations == 1);
}

TEST_CASE("requests that no rule fits are counted and not sampled") {
    const auto told = simulate({{.name = "other", .fixed_rate = 1, .service_name = "other"}},
                               requests("/cart", 2, 2));
    CHECK(told.total.matched == 4);
    CHECK(told.total.sampled() == 0);
    CHECK(told.operations.at(0).operation == "GET /cart");
}
