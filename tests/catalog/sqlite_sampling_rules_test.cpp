#include <doctest/doctest.h>

#include "catalog/sqlite_catalog.h"

using namespace tomograph;

namespace {

const ChangeOrigin somebody{
    .who = "anonymous", .address = "127.0.0.1:5", .operation = "CreateSamplingRule"};

SamplingRuleRecord rule_named(std::string name, std::int64_t priority = 10) {
    SamplingRule rule{.name = name, .priority = priority, .fixed_rate = 0.05};
    return {.rule = rule,
            .arn = "arn:aws:xray:local:0:sampling-rule/" + name,
            .created = Instant::from_seconds(100),
            .modified = Instant::from_seconds(200)};
}

struct Bench {
    ManualClock clock{Instant::from_seconds(1000)};
    std::unique_ptr<Catalog> catalog = open_sqlite_catalog(":memory:", clock).value();

    Result<void> change(const std::function<Result<void>(SamplingRuleTable&)>& work) {
        return catalog->change(
            somebody, [&](CatalogChange& change) { return work(change.sampling_rules()); });
    }
    std::vector<SamplingRuleRecord> all() {
        std::vector<SamplingRuleRecord> records;
        REQUIRE(catalog->read([&](const CatalogView& view) -> Result<void> {
            records = TRY(view.sampling_rules().all());
            return {};
        }));
        return records;
    }
    Instant last_modified() {
        Instant at;
        REQUIRE(catalog->read([&](const CatalogView& view) -> Result<void> {
            at = TRY(view.sampling_rules().last_modified());
            return {};
        }));
        return at;
    }
};

}  // namespace

TEST_CASE("a sampling rule comes back as it was put") {
    Bench bench;
    SamplingRuleRecord whole = rule_named("whole");
    whole.rule = {.name = "whole",
                  .resource_arn = "arn:aws:ecs:*",
                  .priority = 9999,
                  .fixed_rate = 0.1 + 0.2,  // needs all 17 digits
                  .reservoir_size = 2'147'483'647,
                  .service_name = "shop",
                  .service_type = "AWS::ECS::Container",
                  .host = "*.example.com",
                  .http_method = "POST",
                  .url_path = "/a'b/\"c\"/*",
                  .attributes = {{"tier", "gold"}, {"zone", "a?"}},
                  .boost = SamplingBoost{
                      .rate_max = 1e-7, .cooldown_minutes = 3, .detection_disabled = false}};
    const SamplingRuleRecord plain = rule_named("plain");
    REQUIRE(bench.change([&](SamplingRuleTable& rules) -> Result<void> {
        TRY(rules.add(whole));
        return rules.add(plain);
    }));
    CHECK(bench.all() == std::vector{plain, whole});

    SamplingRuleRecord edited = plain;
    edited.rule.attributes = {{"a", "b"}};
    edited.rule.boost = SamplingBoost{.rate_max = 0.5, .cooldown_minutes = 0};
    edited.modified = Instant::from_seconds(300);
    REQUIRE(bench.change([&](SamplingRuleTable& rules) { return rules.replace(edited); }));
    CHECK(bench.all() == std::vector{edited, whole});
}

TEST_CASE("sampling rules come by priority, then by name") {
    Bench bench;
    REQUIRE(bench.change([](SamplingRuleTable& rules) -> Result<void> {
        TRY(rules.add(rule_named("b", 7)));
        TRY(rules.add(rule_named("a", 8)));
        TRY(rules.add(rule_named("B", 7)));
        return {};
    }));
    std::string order;
    for (const auto& record : bench.all()) order += record.rule.name;
    CHECK(order == "Bba");
}

TEST_CASE("the time of the last change never goes back, and counts what was removed") {
    Bench bench;
    CHECK(bench.last_modified() == Instant{});
    REQUIRE(bench.change([](SamplingRuleTable& rules) { return rules.add(rule_named("a")); }));
    CHECK(bench.last_modified() == Instant::from_seconds(200));
    REQUIRE(bench.change([](SamplingRuleTable& rules) { return rules.remove("a"); }));
    CHECK(bench.last_modified() == Instant::from_seconds(1000));
    REQUIRE(bench.change([](SamplingRuleTable& rules) { return rules.add(rule_named("b")); }));
    CHECK(bench.last_modified() == Instant::from_seconds(1000));
}

TEST_CASE("a sampling rule's name is taken once; what is not there is not found") {
    Bench bench;
    REQUIRE(bench.change([](SamplingRuleTable& rules) { return rules.add(rule_named("a")); }));
    CHECK(bench.change([](SamplingRuleTable& rules) { return rules.add(rule_named("a")); })
              .error()
              .code() == ErrorCode::conflict);
    CHECK(bench.change([](SamplingRuleTable& rules) { return rules.replace(rule_named("b")); })
              .error()
              .code() == ErrorCode::not_found);
    CHECK(bench.change([](SamplingRuleTable& rules) { return rules.remove("b"); }).error().code() ==
          ErrorCode::not_found);
    CHECK(bench.all().size() == 1);
}

TEST_CASE("a removed sampling rule takes its tags along, and the audit says what it was") {
    Bench bench;
    SamplingRuleRecord record = rule_named("a");
    record.rule.attributes = {{"tier", "gold"}};
    REQUIRE(bench.catalog->change(somebody, [&](CatalogChange& change) -> Result<void> {
        TRY(change.sampling_rules().add(record));
        return change.tags().set(record.arn, {{"team", "a"}});
    }));
    REQUIRE(bench.change([](SamplingRuleTable& rules) { return rules.remove("a"); }));
    REQUIRE(bench.catalog->read([&](const CatalogView& view) -> Result<void> {
        CHECK(TRY(view.tags().of(record.arn)).empty());
        return {};
    }));
    const auto audit = bench.catalog->audit(0, 10).value();
    REQUIRE(audit.size() == 4);
    CHECK(audit[0].before.empty());
    CHECK(audit[0].after ==
          R"({"name":"a","arn":"arn:aws:xray:local:0:sampling-rule/a","resourceArn":"*",)"
          R"("priority":10,"fixedRate":0.05,"reservoirSize":0,"serviceName":"*",)"
          R"("serviceType":"*","host":"*","httpMethod":"*","urlPath":"*",)"
          R"("attributes":{"tier":"gold"},"boostRateMax":null,"boostCooldownMinutes":0})");
    CHECK(audit[3].before == audit[0].after);
    CHECK(audit[3].after.empty());
}
