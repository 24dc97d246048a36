#include <doctest/doctest.h>

#include <algorithm>

#include "api/control_bench.h"

namespace tomograph::testing {
namespace {

constexpr std::string_view whole_rule =
    R"({"RuleName":"shop","ResourceARN":"*","Priority":7,"FixedRate":0.05,"ReservoirSize":3,)"
    R"("ServiceName":"*","ServiceType":"*","Host":"*","HTTPMethod":"GET","URLPath":"/a/*",)"
    R"("Version":1})";

std::string create(std::string_view rule) { return "{\"SamplingRule\":" + std::string(rule) + "}"; }

/// `whole_rule` with one member written otherwise, or left out.
std::string with(std::string_view member, std::string_view value) {
    const std::string rule(whole_rule);
    const std::string key = "\"" + std::string(member) + "\":";
    const auto begin = rule.find(key);
    const auto end = std::min(rule.find(',', begin), rule.size() - 1);
    if (value.empty()) return rule.substr(0, begin) + "\"x\":0" + rule.substr(end);
    return rule.substr(0, begin) + key + std::string(value) + rule.substr(end);
}

}  // namespace

TEST_CASE("a sampling rule is answered with every member that clients look for") {
    ControlBench bench;
    const HttpReply made = bench.post("/CreateSamplingRule", create(whole_rule));
    CHECK(made.status == 200);
    const std::string record =
        R"({"SamplingRule":{"RuleName":"shop",)"
        R"("RuleARN":"arn:aws:xray:us-east-1:000000000000:sampling-rule/shop",)"
        R"("ResourceARN":"*","Priority":7,"FixedRate":0.05,"ReservoirSize":3,)"
        R"("ServiceName":"*","ServiceType":"*","Host":"*","HTTPMethod":"GET","URLPath":"/a/*",)"
        R"("Version":1,"Attributes":{}},"CreatedAt":1700000000.0,"ModifiedAt":1700000000.0})";
    CHECK(made.body == "{\"SamplingRuleRecord\":" + record + "}");
    const std::string listed = bench.post("/GetSamplingRules", "").body;
    CHECK(listed ==
          "{\"SamplingRuleRecords\":[" + record +
              R"(,{"SamplingRule":{"RuleName":"Default",)"
              R"("RuleARN":"arn:aws:xray:us-east-1:000000000000:sampling-rule/Default",)"
              R"("ResourceARN":"*","Priority":10000,"FixedRate":0.05,"ReservoirSize":1,)"
              R"("ServiceName":"*","ServiceType":"*","Host":"*","HTTPMethod":"*","URLPath":"*",)"
              R"("Version":1,"Attributes":{}},"CreatedAt":0.0,"ModifiedAt":0.0}]})");
    bench.clock.advance(Duration::minutes(5));
    CHECK(bench.post("/GetSamplingRules", R"({"NextToken":null})").body == listed);
    const std::string deleted = bench.post("/DeleteSamplingRule", R"({"RuleName":"shop"})").body;
    CHECK(deleted == made.body);
}

TEST_CASE("boost and attributes come back as they were sent") {
    ControlBench bench;
    const std::string more =
        R"("Attributes":{"b":"2","a":"1"},"SamplingRateBoost":{"MaxRate":0.25,)"
        R"("CooldownWindowMinutes":5,"DisableDefaultAnomalyDetection":true},"x":1})";
    const std::string rule(whole_rule.substr(0, whole_rule.size() - 1));
    const std::string made = bench.post("/CreateSamplingRule", create(rule + "," + more)).body;
    CHECK(made.find(R"("Attributes":{"a":"1","b":"2"},"SamplingRateBoost":{"MaxRate":0.25,)"
                    R"("CooldownWindowMinutes":5,"DisableDefaultAnomalyDetection":true})") !=
          std::string::npos);
    const std::string same = R"({"SamplingRuleUpdate":{"RuleName":"shop","Priority":null}})";
    CHECK(bench.post("/UpdateSamplingRule", same).body == made);
    const std::string none = R"({"SamplingRuleUpdate":{"RuleName":"shop","Attributes":{}}})";
    CHECK(bench.post("/UpdateSamplingRule", none).body.find(R"("Attributes":{})") !=
          std::string::npos);
}

TEST_CASE("a rule may be named by an ARN alone when it is made, and the name wins") {
    ControlBench bench;
    const auto named = [&](std::string_view member) {
        return bench.post("/CreateSamplingRule", create(with("RuleName", "").insert(1, member)))
            .body;
    };
    CHECK(named(R"("RuleARN":"arn:aws:xray:eu-west-1:1:sampling-rule/by-arn",)")
              .find(R"("RuleName":"by-arn")") != std::string::npos);
    CHECK(named(R"("RuleName":"by-name","RuleARN":"arn:aws:xray:eu-west-1:1:sampling-rule/z",)")
              .find(R"("RuleName":"by-name")") != std::string::npos);
    CHECK(named(R"("RuleARN":"arn:aws:xray:eu-west-1:1:group/z",)")
              .find("SamplingRule.RuleARN is not the ARN of a sampling rule") != std::string::npos);
}

TEST_CASE("every broken call of sampling rules is refused, and the member is named") {
    struct Case {
        std::string path;
        std::string body;
        std::string_view type;
        std::string_view message;
    };
    constexpr std::string_view invalid = "InvalidRequestException";
    constexpr std::string_view unreadable = "SerializationException";
    std::vector<Case> cases = {
        {"/CreateSamplingRule", "", invalid, "SamplingRule is required"},
        {"/CreateSamplingRule", R"({"SamplingRule":[]})", unreadable,
         "SamplingRule must be an object"},
        {"/CreateSamplingRule", create(with("Priority", "\"1\"")), unreadable,
         "SamplingRule.Priority must be an integer"},
        {"/CreateSamplingRule", create(with("FixedRate", "true")), unreadable,
         "SamplingRule.FixedRate must be a number"},
        {"/CreateSamplingRule", create(with("FixedRate", "1.5")), invalid,
         "FixedRate is 1.5, must be 0 to 1"},
        {"/CreateSamplingRule", create(with("Version", "2")), invalid,
         "SamplingRule.Version must be 1"},
        {"/CreateSamplingRule", create(with("RuleName", "\"Default\"")), invalid,
         "RuleName Default is reserved"},
        {"/CreateSamplingRule", create(with("Version", R"(1,"Attributes":{"a":7})")), unreadable,
         "SamplingRule.Attributes: a value must be a string"},
        {"/CreateSamplingRule", create(with("Version", R"(1,"SamplingRateBoost":{"MaxRate":1})")),
         invalid, "SamplingRule.SamplingRateBoost.CooldownWindowMinutes is required"},
        {"/UpdateSamplingRule", "{}", invalid, "SamplingRuleUpdate is required"},
        {"/UpdateSamplingRule", R"({"SamplingRuleUpdate":{}})", invalid,
         "RuleName or RuleARN is required"},
        {"/UpdateSamplingRule", R"({"SamplingRuleUpdate":{"RuleName":"none"}})", invalid,
         "Sampling rule does not exist"},
        {"/DeleteSamplingRule", "{}", invalid, "RuleName or RuleARN is required"},
        {"/DeleteSamplingRule", R"({"RuleName":"a","RuleARN":"b"})", invalid,
         "RuleName and RuleARN are given, only one may be"},
        {"/DeleteSamplingRule", R"({"RuleName":"Default"})", invalid,
         "the sampling rule Default cannot be deleted"},
        {"/GetSamplingRules", R"({"NextToken":"x"})", invalid,
         "NextToken is not one that this request was answered with"},
    };
    for (const std::string_view member :
         {"RuleName", "ResourceARN", "Priority", "FixedRate", "ReservoirSize", "ServiceName",
          "ServiceType", "Host", "HTTPMethod", "URLPath", "Version"})
        cases.push_back(
            {"/CreateSamplingRule", create(with(member, "")), invalid, "SamplingRule."});
    ControlBench bench;
    for (const Case& each : cases) {
        CAPTURE(each.body);
        const HttpReply reply = bench.post(each.path, each.body);
        CHECK(reply.status == 400);
        CHECK(reply.body.starts_with("{\"__type\":\"" + std::string(each.type) +
                                     "\",\"Message\":\"" + std::string(each.message)));
    }
    CHECK(bench.sampling_rules->now()->records.size() == 1);
    for (int n = 0; n < 25; ++n)
        CHECK(bench
                  .post("/CreateSamplingRule",
                        create(with("RuleName", "\"r" + std::to_string(n) + "\"")))
                  .status == 200);
    const HttpReply full = bench.post("/CreateSamplingRule", create(whole_rule));
    CHECK(full.status == 400);
    CHECK(full.body.starts_with(R"({"__type":"RuleLimitExceededException")"));
}

}  // namespace tomograph::testing
