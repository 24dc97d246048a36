#include "service/sampling/sampling_rules.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "catalog/sqlite_catalog.h"
#include "service/limits.h"
#include "service/tags/tag_service.h"

using namespace tomograph;

namespace {

const ChangeOrigin somebody{.who = "anonymous", .address = "", .operation = "Test"};

SamplingRule rule_named(std::string name) {
    return {.name = std::move(name), .priority = 10, .fixed_rate = 0.05, .reservoir_size = 1};
}

struct Bench {
    ManualClock clock{Instant::from_seconds(1'795'000'000)};
    std::unique_ptr<Catalog> catalog = open_sqlite_catalog(":memory:", clock).value();
    std::unique_ptr<SamplingRules> rules = open();

    std::unique_ptr<SamplingRules> open() {
        return SamplingRules::open(*catalog, clock, {}).value();
    }
    std::string refused(const SamplingRule& rule, const TagList& tags = {}) {
        const auto made = rules->create(somebody, rule, tags);
        return made ? "" : made.error().message();
    }
    std::string names() {
        std::string all;
        for (const auto& record : rules->now()->records) all += record.rule.name + " ";
        return all;
    }
};

}  // namespace

TEST_CASE("Default is always there, and last") {
    Bench bench;
    const auto state = bench.rules->now();
    REQUIRE(state->records.size() == 1);
    CHECK(state->records[0].rule == default_rule());
    CHECK(state->records[0].created == Instant{});
    CHECK(state->last_modified == Instant{});
    SamplingRule last = rule_named("z");
    last.priority = rule_priority_max;
    REQUIRE(bench.rules->create(somebody, last, {}));
    CHECK(bench.names() == "z Default ");
    bench.rules = bench.open();
    CHECK(bench.names() == "z Default ");
}

TEST_CASE("of Default only its amounts change") {
    Bench bench;
    const SamplingRuleKey key{.name = "Default"};
    REQUIRE(bench.rules->update(somebody, key, {.fixed_rate = 0.5, .reservoir_size = 7}));
    REQUIRE(bench.rules->update(somebody, key, {.priority = 10'000, .host = "*"}));
    REQUIRE(bench.rules->update(somebody, key, {.boost = SamplingBoost{.rate_max = 1}}));
    const SamplingRuleEdit others[] = {{.resource_arn = "x"},  {.priority = 1},
                                       {.service_name = "x"},  {.service_type = "x"},
                                       {.host = "x"},          {.url_path = ""},
                                       {.http_method = "GET"}, {.attributes = {{{"a", "b"}}}}};
    for (const SamplingRuleEdit& edit : others) {
        const auto failed = bench.rules->update(somebody, key, edit);
        REQUIRE_FALSE(failed);
        CHECK(failed.error().message() ==
              "of the rule Default only FixedRate, ReservoirSize and SamplingRateBoost can be "
              "changed");
    }
    CHECK(bench.rules->update(somebody, key, {.fixed_rate = 1.5}).error().message() ==
          "FixedRate is 1.5, must be 0 to 1");
    CHECK(bench.rules->remove(somebody, key).error().message() ==
          "the sampling rule Default cannot be deleted");
    CHECK(bench.rules->now()->records[0].rule.reservoir_size == 7);
}

TEST_CASE("every limit of a rule is kept, in characters, and told by its member") {
    struct Case {
        std::function<void(SamplingRule&)> spoil;
        std::string_view message;  ///< "": accepted
    };
    const auto text = [](std::size_t n) { return std::string(n, 'x'); };
    const auto wide = [](std::size_t n) {
        std::string all;
        for (std::size_t i = 0; i < n; ++i) all += "ü";
        return all;
    };
    const Case cases[] = {
        {[&](auto& r) { r.name = wide(32); }, ""},
        {[&](auto& r) { r.name = text(33); }, "RuleName has 33 characters, at most 32"},
        {[&](auto& r) { r.name = ""; }, "RuleName is empty"},
        {[&](auto& r) { r.name = "Default"; }, "RuleName Default is reserved"},
        {[&](auto& r) { r.name = "default"; }, ""},
        {[&](auto& r) { r.name = "a\nb"; }, "RuleName holds a control character"},
        {[&](auto& r) { r.resource_arn = text(500); }, ""},
        {[&](auto& r) { r.resource_arn = text(501); },
         "ResourceARN has 501 characters, at most 500"},
        {[&](auto& r) { r.priority = 0; }, "Priority is 0, must be 1 to 9999"},
        {[&](auto& r) { r.priority = 10'000; }, "Priority is 10000, must be 1 to 9999"},
        {[&](auto& r) { r.fixed_rate = 0; }, ""},
        {[&](auto& r) { r.fixed_rate = 1; }, ""},
        {[&](auto& r) { r.fixed_rate = -0.01; }, "FixedRate is -0.01, must be 0 to 1"},
        {[&](auto& r) { r.fixed_rate = 1.01; }, "FixedRate is 1.01, must be 0 to 1"},
        {[&](auto& r) { r.reservoir_size = -1; }, "ReservoirSize is -1, must be 0 to 2147483647"},
        {[&](auto& r) { r.service_name = text(65); }, "ServiceName has 65 characters, at most 64"},
        {[&](auto& r) { r.service_type = text(65); }, "ServiceType has 65 characters, at most 64"},
        {[&](auto& r) { r.host = text(65); }, "Host has 65 characters, at most 64"},
        {[&](auto& r) { r.http_method = text(11); }, "HTTPMethod has 11 characters, at most 10"},
        {[&](auto& r) { r.url_path = text(129); }, "URLPath has 129 characters, at most 128"},
        {[&](auto& r) { r.service_name = ""; }, ""},
        {[&](auto& r) {
             r.attributes = {{"a", "x"}, {"b", "x"}, {"c", "x"}, {"d", "x"}, {"e", "x"}};
         },
         ""},
        {[&](auto& r) {
             r.attributes = {{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}, {"e", ""}, {"f", ""}};
         },
         "Attributes holds 6 entries, at most 5"},
        {[&](auto& r) { r.attributes = {{"", "x"}}; }, "Attributes: a name is empty"},
        {[&](auto& r) { r.attributes = {{"a", ""}}; }, "Attributes: the value of a is empty"},
        {[&](auto& r) { r.attributes = {{text(33), "x"}}; },
         "Attributes: a name has 33 characters, at most 32"},
        {[&](auto& r) { r.attributes = {{"a", text(33)}}; },
         "Attributes: the value of a has 33 characters, at most 32"},
        {[&](auto& r) { r.boost = SamplingBoost{.rate_max = 1, .cooldown_minutes = 0}; }, ""},
        {[&](auto& r) { r.boost = SamplingBoost{.rate_max = 2}; },
         "SamplingRateBoost.MaxRate is 2, must be 0 to 1"},
        {[&](auto& r) { r.boost = SamplingBoost{.cooldown_minutes = -1}; },
         "SamplingRateBoost.CooldownWindowMinutes is -1, must be 0 to 2147483647"},
    };
    for (const Case& each : cases) {
        Bench bench;
        SamplingRule rule = rule_named("a");
        each.spoil(rule);
        CHECK(bench.refused(rule) == each.message);
        CHECK(bench.rules->now()->records.size() == (each.message.empty() ? 2 : 1));
    }
}

TEST_CASE("there are 25 rules beside Default, and room again when one goes") {
    Bench bench;
    for (std::size_t n = 0; n < sampling_rules_max; ++n)
        CHECK(bench.refused(rule_named(fmt::format("r{}", n))).empty());
    const auto failed = bench.rules->create(somebody, rule_named("more"), {});
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code() == ErrorCode::limit);
    // What is wrong with the request is told first.
    CHECK(bench.refused(rule_named("r1")) == "a sampling rule r1 exists already");
    REQUIRE(bench.rules->remove(somebody, {.name = "r7"}));
    CHECK(bench.refused(rule_named("more")).empty());
}

TEST_CASE("a rule is meant by its name or its ARN, and only by one of them") {
    Bench bench;
    const std::string arn = bench.rules->create(somebody, rule_named("a"), {})->arn;
    CHECK(arn == "arn:aws:xray:us-east-1:000000000000:sampling-rule/a");
    CHECK(rule_name_of_arn(arn) == "a");
    CHECK(rule_name_of_arn("a") == "");
    CHECK(bench.rules->update(somebody, {.arn = arn}, {.priority = 7})->rule.priority == 7);
    const auto refused = [&](const SamplingRuleKey& key) {
        return bench.rules->remove(somebody, key).error().message();
    };
    CHECK(refused({}) == "RuleName or RuleARN is required");
    CHECK(refused({.name = "a", .arn = arn}) == "RuleName and RuleARN are given, only one may be");
    CHECK(refused({.name = "A"}) == "Sampling rule does not exist");
    CHECK(refused({.arn = arn + "x"}) == "Sampling rule does not exist");
    CHECK(bench.rules->remove(somebody, {.arn = arn})->rule.name == "a");
}

TEST_CASE("only what changes a rule changes a time") {
    Bench bench;
    const Instant made = bench.clock.now();
    REQUIRE(bench.rules->create(somebody, rule_named("a"), {}));
    const auto before = bench.rules->now();
    CHECK(before->last_modified == made);
    bench.clock.advance(Duration::seconds(5));
    REQUIRE(bench.rules->update(somebody, {.name = "a"}, {.priority = 10, .fixed_rate = 0.05}));
    CHECK(bench.rules->now() == before);  // the same object
    REQUIRE_FALSE(bench.rules->update(somebody, {.name = "a"}, {.priority = 0}));
    CHECK(bench.rules->now() == before);
    REQUIRE(bench.rules->update(somebody, {.name = "a"}, {.fixed_rate = 0.06}));
    const auto after = bench.rules->now();
    CHECK(after->records[0].created == made);
    CHECK(after->records[0].modified == bench.clock.now());
    CHECK(after->last_modified == bench.clock.now());
    bench.clock.advance(Duration::seconds(5));
    REQUIRE(bench.rules->remove(somebody, {.name = "a"}));
    CHECK(bench.rules->now()->last_modified == bench.clock.now());
    const auto gone = bench.rules->now();
    CHECK(*bench.open()->now() == *gone);  // it is durable
}

TEST_CASE("rules have tags") {
    Bench bench;
    TagService tags(*bench.catalog);
    const std::string arn =
        bench.rules->create(somebody, rule_named("a"), {{"team", "a"}, {"stage", "prod"}})->arn;
    CHECK(tags.list(arn).value() == Tags{{"team", "a"}, {"stage", "prod"}});
    REQUIRE(tags.add(somebody, arn, {{"x", "y"}}));
    REQUIRE(tags.remove(somebody, arn, {"team"}));
    CHECK(tags.list(arn).value() == Tags{{"stage", "prod"}, {"x", "y"}});
    REQUIRE(bench.rules->remove(somebody, {.name = "a"}));
    CHECK(tags.list(arn).error().code() == ErrorCode::not_found);
    CHECK(bench.refused(rule_named("a"), {{"aws:x", ""}}) ==
          "tag keys that begin with aws: are reserved");
    TagList many;
    for (int n = 0; n < 51; ++n) many.emplace_back(fmt::format("k{}", n), "");
    CHECK(bench.refused(rule_named("a"), many) == "51 tags, at most 50");
    CHECK(bench.names() == "Default ");
}
