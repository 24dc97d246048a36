#include "service/policies/policy_service.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "catalog/sqlite_catalog.h"
#include "service/limits.h"
#include "service/policies/policy_document.h"

using namespace tomograph;

namespace {

constexpr std::string_view account = "123456789012";
const ChangeOrigin somebody{.who = "anonymous", .address = "", .operation = "PutResourcePolicy"};

std::string statement(std::string_view members) {
    return fmt::format(R"({{"Version":"2012-10-17","Statement":[{{{}}}]}})", members);
}

const std::string of_sns =
    statement(R"("Sid":"a","Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},)"
              R"("Action":["xray:PutTraceSegments","xray:GetSamplingRules"],"Resource":"*",)"
              R"("Condition":{"StringLike":{"aws:SourceArn":"arn:aws:sns:*"}})");

std::string denying(std::string_view principal, std::string_view action,
                    std::string_view more = "") {
    return statement(fmt::format(R"("Effect":"Deny","Principal":{},"Action":"{}","Resource":"*"{})",
                                 principal, action, more));
}

struct Bench {
    ManualClock clock{Instant::from_seconds(1'795'000'000)};
    std::unique_ptr<Catalog> catalog = open_sqlite_catalog(":memory:", clock).value();
    PolicyService policies{*catalog, std::string(account)};

    std::string put(PolicyService::NewPolicy policy) {
        if (policy.document.empty()) policy.document = of_sns;
        const auto answer = policies.put(somebody, policy);
        if (const auto* refused = std::get_if<PolicyRefusal>(&answer)) return refused->message;
        return fmt::format("{}", std::get<PolicyRecord>(answer).revision);
    }
    std::string remove(std::string_view name, std::optional<std::string> revision = {}) {
        const auto answer = policies.remove(somebody, name, revision);
        if (const auto* refused = std::get_if<PolicyRefusal>(&answer)) return refused->message;
        return "";
    }
};

}  // namespace

TEST_CASE("a document that is no policy is refused, and the element is named") {
    struct Case {
        std::string document;
        std::string_view says;
    };
    const Case cases[] = {
        {"", "nothing but white space"},
        {"[]", "is not a JSON object"},
        {"{} {}", "more behind"},
        {R"({"Version":"2012-10-17"})", "it has no Statement"},
        {R"({"Version":"2012-10-17","Statement":[]})", "it has no Statement"},
        {R"({"Version":"2020-01-01","Statement":[]})", "Version must be"},
        {R"({"Statement":7})", "Statement must be an object or a list"},
        {R"({"Statement":[7]})", "Statement must be an object"},
        {R"({"Statment":[]})", "Statment is not an element"},
        {R"({"<b>":[]})", "an element that no policy has"},
        {statement(R"("Effect":"allow")"), "Effect must be Allow or Deny"},
        {statement(R"("Effect":"Allow")"), "no Principal"},
        {statement(R"("Effect":"Allow","Principal":"*")"), "no Action"},
        {statement(R"("Effect":"Allow","Principal":"*","Action":"xray:*")"), "no Resource"},
        {statement(R"("Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*")"),
         "Action must begin with xray:"},
        {statement(R"("Effect":"Allow","Principal":"*","Action":[7],"Resource":"*")"),
         "Action must be a string"},
        {statement(R"("Effect":"Allow","Principal":{"AWS":7},"Action":"*","Resource":"*")"),
         "Principal must be a string or a list"},
        {statement(R"("Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":1)"),
         "Condition must be an object"},
    };
    for (const Case& each : cases) {
        INFO(each.document);
        const auto checked = check_policy_document(each.document);
        REQUIRE_FALSE(checked);
        CHECK(checked.error().code() == ErrorCode::invalid);
        INFO(checked.error().message());
        CHECK(checked.error().message().find(each.says) != std::string::npos);
    }
    CHECK(check_policy_document(of_sns));
    CHECK(check_policy_document(denying(R"({"AWS":["1","2"]})", "XRAY:put*")));
}

TEST_CASE("a policy that nobody could change again needs the bypass") {
    const std::string own_root = R"({"AWS":"arn:aws:iam::123456789012:root"})";
    CHECK(locks_out(denying(R"("*")", "*"), account));
    CHECK(locks_out(denying(R"("*")", "xray:Put*Policy"), account));
    CHECK(locks_out(denying(own_root, "xray:*"), account));
    CHECK_FALSE(locks_out(denying(own_root, "xray:*"), "999999999999"));
    CHECK_FALSE(locks_out(denying(R"("*")", "xray:GetTraceSummaries"), account));
    CHECK_FALSE(locks_out(denying(R"("*")", "xray:*", R"(,"Condition":{})"), account));
    CHECK_FALSE(locks_out(of_sns, account));

    Bench bench;
    const std::string document = denying(R"("*")", "xray:*");
    CHECK(bench.put({.name = "p", .document = document}).find("BypassPolicyLockoutCheck") !=
          std::string::npos);
    CHECK(bench.put({.name = "p", .document = document, .may_lock_out = true}) == "1");
}

TEST_CASE("revisions count the puts, and are compared where they are given") {
    Bench bench;
    CHECK(bench.put({.name = "p", .document = "", .revision = "1"}).find("no policy") !=
          std::string::npos);
    CHECK(bench.put({.name = "p", .document = "", .revision = "0"}) == "1");
    CHECK(bench.put({.name = "p", .document = "", .revision = "0"}).find("present one, 1") !=
          std::string::npos);
    CHECK(bench.put({.name = "p", .document = ""}) == "2");
    CHECK(bench.put({.name = "p", .document = "", .revision = "2"}) == "3");
    CHECK(bench.remove("p", "2").find("present one, 3") != std::string::npos);
    CHECK(bench.remove("q").find("no resource policy") != std::string::npos);
    CHECK(bench.remove("p", "3").empty());
    CHECK(bench.policies.list()->empty());
}

TEST_CASE("names, sizes and the number of policies have bounds") {
    Bench bench;
    CHECK(bench.put({.name = "", .document = ""}).find("1 to 128") != std::string::npos);
    CHECK(bench.put({.name = std::string(129, 'a'), .document = ""}).find("1 to 128") !=
          std::string::npos);
    CHECK(bench.put({.name = "a b", .document = ""}).find("may hold") != std::string::npos);
    const std::string large = of_sns + std::string(policy_bytes_max, ' ');
    CHECK(bench.put({.name = "p", .document = large}).find("at most 5120") != std::string::npos);
    for (std::size_t n = 0; n < policies_max; ++n)
        CHECK(bench.put({.name = fmt::format("p{}", n), .document = ""}) == "1");
    CHECK(bench.put({.name = "one-more", .document = ""}).find("5 resource policies") !=
          std::string::npos);
    CHECK(bench.put({.name = "p0", .document = ""}) == "2");
}
