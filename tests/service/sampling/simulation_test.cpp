#include "service/sampling/simulation.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <tuple>

#include "base/hash.h"
#include "service/sampling/rule_matcher.h"

using namespace tomograph;

namespace {

using Batch = std::shared_ptr<EntryBatch>;

TraceEntries entries_of(Batch batch) {
    TraceEntries entries;
    entries.batches.push_back(std::move(batch));
    return entries;
}

/// Requests of a service, so many in each of so many seconds.
Batch requests(std::string_view url, int seconds, int a_second) {
    auto batch = std::make_shared<EntryBatch>();
    batch->points.push_back({.service = "api", .type = "", .method = "GET"});
    batch->urls.push_back(batch->texts.copy(url));
    for (int n = 0; n < seconds * a_second; ++n)
        batch->traces.push_back({.second = n % seconds,
                                 .draw = mix64(static_cast<std::uint64_t>(n) + 1),
                                 .bytes = 100,
                                 .point = 0,
                                 .url = 0,
                                 .spans = 4,
                                 .error = n % 10 == 0,
                                 .fault = n % 100 == 0});
    return batch;
}

/// Batches of requests of few services to many hosts and paths, some more than once.
TraceEntries random_requests(std::mt19937_64& random) {
    const auto below = [&](std::size_t end) { return random() % end; };
    const std::int64_t seconds = below(2) == 0 ? 20 : 100'000;  // apart, and many in one
    TraceEntries entries;
    for (int n = 0; n < 3; ++n) {
        auto batch = std::make_shared<EntryBatch>();
        for (int point = 0; point < 4; ++point)
            batch->points.push_back({.service = fmt::format("service-{}", below(3)),
                                     .type = below(2) == 0 ? "AWS::ECS::Container" : "",
                                     .method = std::array{"GET", "POST", ""}[below(3)]});
        batch->urls.push_back({});
        for (int url = 0; url < 60; ++url)
            batch->urls.push_back(batch->texts.copy(
                fmt::format("{}/p{}/{}?q={}", below(3) == 0 ? "" : "http://h" + std::to_string(url),
                            below(3), below(40), url)));
        for (int trace = 0; trace < 500; ++trace)
            batch->traces.push_back(
                {.second = 1'700'000'000 + static_cast<std::int64_t>(random()) % seconds,
                 .draw = random(),
                 .bytes = below(1'000),
                 .point = static_cast<std::uint32_t>(below(4)),
                 .url = static_cast<std::uint32_t>(below(61)),
                 .spans = static_cast<std::uint32_t>(1 + below(9)),
                 .error = below(5) == 0,
                 .fault = below(9) == 0});
        entries.batches.push_back(batch);
    }
    return entries;
}

using Counted = std::map<std::pair<std::string, std::string>, std::array<std::uint64_t, 3>>;

/// What is starved of counts of requests, faults and samples.
std::vector<std::string> starved_of(const Counted& counted) {
    std::vector<std::string> starved;
    for (const auto& [name, counts] : counted)
        if (counts[2] == 0)
            starved.push_back(
                fmt::format("{} {}: {} {}", name.first, name.second, counts[0], counts[1]));
    std::sort(starved.begin(), starved.end());
    return starved;
}

std::vector<std::string> texts_of(const std::vector<Starved>& told) {
    std::vector<std::string> starved;
    for (const Starved& each : told)
        starved.push_back(
            fmt::format("{} {}: {} {}", each.service, each.operation, each.requests, each.faults));
    std::sort(starved.begin(), starved.end());
    return starved;
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
                               entries_of(requests("http://api/x", 100, 105)));
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
    std::reverse(turned->traces.begin(), turned->traces.end());
    CHECK(simulate({{.name = "all", .fixed_rate = 0.1, .reservoir_size = 5}}, entries_of(turned))
              .total == told.total);
}

TEST_CASE("the first rule that fits decides, and what none samples is starved") {
    TraceEntries entries = entries_of(requests("http://api:8080/cart?id=7", 10, 3));
    const auto jobs = std::make_shared<EntryBatch>();
    jobs->points.push_back({.service = "jobs", .type = "", .method = ""});
    jobs->urls.push_back({});
    for (int n = 0; n < 5; ++n)
        jobs->traces.push_back({.second = 3, .draw = 7, .spans = 1, .fault = true});
    entries.batches.push_back(jobs);
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
                               entries_of(requests("/cart", 2, 2)));
    CHECK(told.total.matched == 4);
    CHECK(told.total.sampled() == 0);
    CHECK(told.operations.at(0).operation == "GET /cart");
}

TEST_CASE("a simulation counts what asking rule by rule and second by second does") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        const TraceEntries entries = random_requests(random);
        const std::vector<SamplingRule> rules = {
            {.name = "one", .reservoir_size = 2, .host = "h1*", .url_path = "/p1/*"},
            {.name = "two", .fixed_rate = 0.02, .service_name = "*-2", .http_method = "p*"},
            {.name = "three", .reservoir_size = 1, .service_type = "AWS*", .url_path = "*2?"}};

        struct Place {
            const TraceEntry* entry;
            const EntryBatch* batch;
        };
        std::vector<Place> places;
        for (const auto& batch : entries.batches)
            for (const TraceEntry& entry : batch->traces) places.push_back({&entry, batch.get()});
        std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
            return std::tie(a.entry->second, a.entry->draw) <
                   std::tie(b.entry->second, b.entry->draw);
        });
        std::map<std::pair<std::int64_t, std::size_t>, std::int64_t> taken;
        std::vector<SimulatedCounts> expected(rules.size() + 1);
        Counted services;
        Counted operations;
        for (const Place& place : places) {
            const EntryPoint& point = place.batch->points[place.entry->point];
            std::string path(place.batch->urls[place.entry->url]);
            std::string host;
            if (path.starts_with("http://")) {
                host = path.substr(7, path.find('/', 7) - 7);
                path = path.substr(path.find('/', 7));
            }
            path = path.substr(0, path.find('?'));
            const auto said = [](const std::string& text) {
                return text.empty() ? std::nullopt : std::optional(text);
            };
            const auto rule = first_fitting(rules, {.service_name = said(point.service),
                                                    .service_type = said(point.type),
                                                    .host = said(host),
                                                    .http_method = said(point.method),
                                                    .url_path = said(path)});
            const bool is_reservoir =
                rule && taken[{place.entry->second, *rule}]++ < rules[*rule].reservoir_size;
            const bool is_rate =
                rule && !is_reservoir &&
                static_cast<double>(mix64(place.entry->draw) >> 11) <
                    rules[*rule].fixed_rate * static_cast<double>(std::uint64_t{1} << 53);
            SimulatedCounts& counts = expected[rule.value_or(rules.size())];
            const std::uint64_t sampled = is_reservoir || is_rate ? 1 : 0;
            counts += {.matched = 1,
                       .from_reservoir = is_reservoir ? 1U : 0U,
                       .from_rate = is_rate ? 1U : 0U,
                       .errors = place.entry->error ? 1U : 0U,
                       .errors_sampled = place.entry->error ? sampled : 0,
                       .faults = place.entry->fault ? 1U : 0U,
                       .faults_sampled = place.entry->fault ? sampled : 0,
                       .spans = place.entry->spans,
                       .spans_sampled = place.entry->spans * sampled,
                       .bytes = place.entry->bytes,
                       .bytes_sampled = place.entry->bytes * sampled};
            const std::string gap = point.method.empty() || path.empty() ? "" : " ";
            for (auto* names : {&services[{point.service, ""}],
                                &operations[{point.service, point.method + gap + path}]}) {
                ++(*names)[0];
                (*names)[1] += place.entry->fault ? 1 : 0;
                (*names)[2] += sampled;
            }
        }
        const Simulation told = simulate(rules, entries);
        SimulatedCounts total;
        for (std::size_t rule = 0; rule < expected.size(); ++rule) {
            total += expected[rule];
            if (rule < rules.size()) CHECK(told.rules[rule].counts == expected[rule]);
        }
        CHECK(total.sampled() > 0);
        CHECK(told.total == total);
        CHECK(texts_of(told.services) == starved_of(services));
        const auto starved = starved_of(operations);
        CHECK(starved.size() > Simulation::starved_max);
        CHECK(told.starved_operations == starved.size());
        CHECK(told.operations.size() == Simulation::starved_max);
        for (const std::string& each : texts_of(told.operations))
            CHECK(std::binary_search(starved.begin(), starved.end(), each));
        for (std::size_t i = 1; i < told.operations.size(); ++i)
            CHECK(told.operations[i - 1].requests >= told.operations[i].requests);
    }
}

TEST_CASE("of the starved those with the most requests are told, the first by name of equal ones") {
    auto batch = std::make_shared<EntryBatch>();
    batch->points.push_back({.service = "api", .type = "", .method = "GET"});
    const std::uint32_t paths = 2 * Simulation::starved_max;
    for (std::uint32_t n = 0; n < paths; ++n) {
        batch->urls.push_back(batch->texts.copy(fmt::format("/{:03}", n)));
        for (std::uint32_t times = n == 150 ? 2 : 1; times > 0; --times)
            batch->traces.push_back({.second = n, .url = n, .spans = 1});
    }
    const Simulation told = simulate({}, entries_of(batch));
    CHECK(told.starved_operations == paths);
    REQUIRE(told.operations.size() == Simulation::starved_max);
    CHECK(told.operations[0].operation == "GET /150");
    CHECK(told.operations[1].operation == "GET /000");
    CHECK(told.operations.back().operation == "GET /098");
}

TEST_CASE("requests to more hosts than are kept in mind are judged like others") {
    auto batch = std::make_shared<EntryBatch>();
    batch->points.push_back({.service = "api", .type = "", .method = "GET"});
    constexpr std::uint32_t hosts = 10'000;
    for (std::uint32_t n = 0; n < hosts; ++n) {
        batch->urls.push_back(batch->texts.copy(fmt::format("http://h{}/same", n)));
        batch->traces.push_back({.second = n, .url = n, .spans = 1});
    }
    const Simulation told = simulate(
        {{.name = "odd", .fixed_rate = 1, .host = "*1"}, {.name = "rest", .fixed_rate = 1}},
        entries_of(batch));
    CHECK(told.rules[0].counts.matched == hosts / 10);
    CHECK(told.rules[1].counts.matched == hosts - hosts / 10);
}
