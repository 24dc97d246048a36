// Files of sampling rules: what is read, what is written, and that it comes back.
#include "cli/sampling/rule_file.h"

#include <doctest/doctest.h>

#include "cli/sampling/rules.h"

using namespace tomograph;
using namespace tomograph::cli;

namespace {

std::vector<SamplingRule> read(std::string_view text, LocalDefaults defaults = {}) {
    bool is_local = false;
    auto rules = parse_rule_file(text, is_local, defaults);
    REQUIRE_MESSAGE(rules, (rules ? std::string() : rules.error().message()));
    return *rules;
}

std::string mistake_in(std::string_view text) {
    bool is_local = false;
    const auto rules = parse_rule_file(text, is_local, {});
    return rules ? "none" : rules.error().message();
}

const std::vector<SamplingRule> rules = {
    {.name = "pay \"now\"",
     .resource_arn = "arn:*",
     .priority = 3,
     .fixed_rate = 0.123456789012345,
     .reservoir_size = 7,
     .service_name = "cart",
     .service_type = "AWS::ECS::*",
     .host = "shop.?om",
     .http_method = "POST",
     .url_path = "/支払い/*",
     .attributes = {{"tier", "g*"}, {"zone", "a=b"}},
     .boost = SamplingBoost{.rate_max = 0.5, .cooldown_minutes = 3, .detection_disabled = true}},
    {.name = "health", .priority = 5, .url_path = "/healthz"},
    {.name = "Default", .priority = 10'000, .fixed_rate = 1e-7, .reservoir_size = 1},
};

}  // namespace

TEST_CASE("a full file brings every rule back") {
    const std::string text = write_full_file(rules);
    CHECK(read(text) == rules);
    CHECK(write_full_file(read(text)) == text);
    CHECK(text.starts_with("{\n  \"Format\": \"tomograph-sampling-rules\",\n  \"Version\": 1,\n"));
}

TEST_CASE("answers and requests of the AWS CLI are read") {
    const std::string rule = rule_json(rules[0]);
    const std::vector<SamplingRule> one = {rules[0]};
    CHECK(read(R"({"SamplingRuleRecords":[{"SamplingRule":)" + rule + R"(,"CreatedAt":1.5}]})") ==
          one);
    CHECK(read(R"({"SamplingRules":[)" + rule + "]}") == one);
    CHECK(read(R"({"SamplingRule":)" + rule + "}") == one);
    CHECK(read(rule) == one);
    // What people leave out of patterns is "*".
    CHECK(read(R"({"RuleName":"a","Priority":1,"FixedRate":0.5,"ReservoirSize":2})") ==
          std::vector<SamplingRule>{
              {.name = "a", .priority = 1, .fixed_rate = 0.5, .reservoir_size = 2}});
}

TEST_CASE("local files of both versions become rules in their order") {
    const auto two = read(R"({"version":2,"default":{"fixed_target":1,"rate":0.1},"rules":[
        {"description":"moves","host":"h*","http_method":"GET","url_path":"/a/*","fixed_target":2,
         "rate":0.05},
        {"description":"moves","host":"*","http_method":"*","url_path":"*","fixed_target":0,
         "rate":1}]})",
                          {.first_priority = 500, .programs = 4});
    CHECK(two ==
          std::vector<SamplingRule>{
              {.name = "moves",
               .priority = 500,
               .fixed_rate = 0.05,
               .reservoir_size = 8,
               .host = "h*",
               .http_method = "GET",
               .url_path = "/a/*"},
              {.name = "local-2", .priority = 510, .fixed_rate = 1},
              {.name = "Default", .priority = 10'000, .fixed_rate = 0.1, .reservoir_size = 4}});
    const auto one = read(R"({"version":1,"default":{"fixed_target":0,"rate":0},"rules":[
        {"service_name":"h*","http_method":"GET","url_path":"/","fixed_target":1,"rate":0.5}]})");
    REQUIRE(one.size() == 2);
    CHECK(one[0].host == "h*");
    CHECK(one[0].name == "local-1");
    CHECK(read(R"({"version":2,"default":{"fixed_target":1,"rate":0.05}})").size() == 1);
}

TEST_CASE("what is wrong with a file is told") {
    const struct {
        const char* text;
        const char* mistake;
    } cases[] = {
        {"{", "not JSON at byte"},
        {"{}", "no sampling rules: neither"},
        {R"({"Format":"other","SamplingRules":[]})", "the format \"other\" is not known"},
        {R"({"Format":"tomograph-sampling-rules","Version":2,"SamplingRules":[]})",
         "of a version that is not known"},
        {R"({"SamplingRules":{}})", "the rules are no array"},
        {R"({"SamplingRules":[{"Priority":1}]})", "a rule has no RuleName"},
        {R"({"SamplingRules":[{"RuleName":"a","Priority":1,"ReservoirSize":1}]})",
         "rule a: FixedRate is missing"},
        {R"({"SamplingRules":[{"RuleName":"a","Priority":1.5,"ReservoirSize":1,"FixedRate":1}]})",
         "rule a: Priority is no whole number"},
        {R"({"RuleName":"a","Priority":1,"ReservoirSize":1,"FixedRate":1,"URLpath":"/"})",
         "rule a: URLpath is no member of a sampling rule"},
        {R"({"RuleName":"a","Priority":1,"ReservoirSize":1,"FixedRate":1,"Host":3})",
         "rule a: Host is no text"},
        {R"({"version":3,"default":{"fixed_target":1,"rate":0}})", "version must be 1 or 2"},
        {R"({"version":2})", "default is missing"},
        {R"({"version":2,"default":{"fixed_target":1,"rate":0,"host":"*"}})",
         "default: host must not be there"},
        {R"({"version":2,"default":{"fixed_target":-1,"rate":0}})",
         "default: fixed_target must be a whole number"},
        {R"({"version":2,"default":{"fixed_target":1,"rate":0},"rules":[{"host":"*",
           "http_method":"*","url_path":"*","fixed_target":1,"rate":2}]})",
         "rule 1: rate is 2, must be 0 to 1"},
        {R"({"version":2,"default":{"fixed_target":1,"rate":0},"rules":[{"service_name":"*",
           "http_method":"*","url_path":"*","fixed_target":1,"rate":1}]})",
         "rule 1: host must be a text"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.text);
        CHECK(mistake_in(each.text).find(each.mistake) != std::string::npos);
    }
}

TEST_CASE("a local file comes back, and what it cannot say is named") {
    const std::vector<SamplingRule> sayable = {
        {.name = "a \"b\"",
         .priority = 100,
         .fixed_rate = 0.25,
         .reservoir_size = 6,
         .host = "h",
         .http_method = "GET",
         .url_path = "/x"},
        {.name = "Default", .priority = 10'000, .fixed_rate = 0.05, .reservoir_size = 3}};
    for (const int version : {1, 2}) {
        const LocalFile file = write_local_file(sayable, {.version = version, .programs = 3});
        CHECK(file.lost.empty());
        CHECK(read(file.text, {.programs = 3}) == sayable);
        CHECK((file.text.find("service_name") != std::string::npos) == (version == 1));
    }
    const LocalFile poor = write_local_file(rules, {.programs = 2});
    CHECK(read(poor.text).size() == 2);
    REQUIRE(poor.lost.size() == 2);
    CHECK(poor.lost[0] == "rule pay \"now\" is left out: attributes");
    CHECK(poor.lost[1].starts_with("rule Default: 1 of its reservoir of 1"));

    const std::vector<SamplingRule> named = {
        {.name = "carts", .priority = 1, .service_name = "Ca*"},
        {.name = "shops", .priority = 2, .service_name = "shop"},
        {.name = "typed", .priority = 3, .service_type = "AWS::EC2::Instance"}};
    const LocalFile all = write_local_file(named, {});
    REQUIRE(all.lost.size() == 3);
    CHECK(all.lost[0].find("--service") != std::string::npos);
    const LocalFile of_cart = write_local_file(named, {.service = "cart"});
    CHECK(of_cart.lost.size() == 1);
    CHECK(read(of_cart.text).front().name == "carts");
}

TEST_CASE("rates are read as shares and as percent") {
    const struct {
        const char* text;
        double rate;
    } cases[] = {{"5%", 0.05}, {"0.05", 0.05}, {"7 %", 0.07}, {"1", 1}, {"0", 0}, {"0.1%", 0.001}};
    for (const auto& each : cases) CHECK(parse_rate(each.text).value() == each.rate);
    for (const char* wrong : {"", "%", "five", "5%%", "1e999", "nan", "0.5x"})
        CHECK_FALSE(parse_rate(wrong));
    CHECK(parse_rate("5").error().message() == "the rate 5 is above 1; is 5% meant?");
    CHECK(rate_text(0.07) == "7%");
    CHECK(rate_text(0.0025) == "0.25%");
}
