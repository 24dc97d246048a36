#include "query/filter/filter_expression.h"

#include <doctest/doctest.h>

#include <map>

#include "query/filter/parser.h"
#include "query/filter/printer.h"

using namespace tomograph;

namespace {

struct Groups final : GroupFilters {
    std::optional<std::string> filter_of_name(std::string_view name) const override {
        const auto found = by_name.find(std::string(name));
        if (found == by_name.end()) return std::nullopt;
        return found->second;
    }
    std::optional<std::string> filter_of_arn(std::string_view arn) const override {
        constexpr std::string_view start = "arn:aws:xray:eu-west-1:111122223333:group/";
        if (!arn.starts_with(start)) return std::nullopt;
        return filter_of_name(arn.substr(start.size()));
    }

    std::map<std::string, std::string> by_name{{"high_response_time", "responsetime > 5"},
                                               {"everything", ""},
                                               {"circular", "group.name = \"everything\""},
                                               {"broken", "duration >"}};
};

std::string compiled(std::string_view expression) {
    const Groups groups;
    const auto predicate = compile_filter(expression, &groups, "2");
    if (!predicate) {
        CHECK(predicate.error().code() == ErrorCode::invalid);
        return predicate.error().message();
    }
    CHECK(check(*predicate));
    return to_text(*predicate);
}

}  // namespace

TEST_CASE("every expression of the guide becomes its predicate") {
    struct Case {
        std::string_view expression;
        std::string_view predicate;
    };
    const Case cases[] = {
        {"", "everything"},
        {"responsetime > 5", "some root { response_time > 5 }"},
        {"duration >= 5 AND duration <= 8", "(duration >= 5 and duration <= 8)"},
        {"ok", "some root { ok = true }"},
        {"!ok", "not some root { ok = true }"},
        {"ok = false", "some root { ok = false }"},
        {"ok !partial duration <3",
         "(some root { ok = true } and not partial = true and duration < 3)"},
        {"http.status != 200", "some root { (status is number and not status = 200) }"},
        {"http.url CONTAINS \"/api/game/\"", "some root { @http.request.url *= \"/api/game/\" }"},
        {"user CONTAINS \"\"", "some span { @user *= \"\" }"},
        {"http.url AND responseTime > 2",
         "(some root { @http.request.url is text } and some root { response_time > 2 })"},
        {"service(\"api.example.com\")", "some segment { service = \"api.example.com\" }"},
        {"service(\"api.example.com\") { fault }",
         "some segment { (service = \"api.example.com\" and fault = true) }"},
        {"service() { fault }", "some segment { fault = true }"},
        {"service(\"data-plane\") {root = true and fault = true}",
         "some segment { (service = \"data-plane\" and entry = true and fault = true) }"},
        {"service(\"api.example.com\") { fault = true OR responsetime > 2.5 } AND annotation.foo = "
         "\"bar\"",
         "(some segment { (service = \"api.example.com\" and (fault = true or response_time > "
         "2.5)) } and some span { @annotations.foo = \"bar\" })"},
        {"edge(\"api.example.com\", \"backend.example.com\") { error }",
         "some call { (some source { service = \"api.example.com\" } and some target { service = "
         "\"backend.example.com\" } and error = true) }"},
        {"http.url BEGINSWITH \"http://api.example.com/\" AND http.url CONTAINS \"/v2/\" AND "
         "!service(\"api.example.com\")",
         "(some root { @http.request.url ^= \"http://api.example.com/\" } and some root { "
         "@http.request.url *= \"/v2/\" } and not some segment { service = \"api.example.com\" })"},
        {"annotation.gameid = \"817DL6VO\"", "some span { @annotations.gameid = \"817DL6VO\" }"},
        {"annotation.age",
         "some span { (@annotations.age is set and not @annotations.age = false) }"},
        {"!annotation.age",
         "not some span { (@annotations.age is set and not @annotations.age = false) }"},
        {"annotation.age > 29", "some span { @annotations.age > 29 }"},
        {"group.name = \"high_response_time\" AND user = \"alice\"",
         "(some root { response_time > 5 } and some span { @user = \"alice\" })"},
        {"rootcause.fault.entity { last and name = \"deserialize\" }",
         "some cause.fault.entity { (last = true and name = \"deserialize\") }"},
        {"rootcause.responsetime.entity { remote and coverage > 0.7 and name = \"traces\" }",
         "some cause.response_time.entity { (remote = true and coverage > 0.7 and name = "
         "\"traces\") }"},
        {"rootcause.fault.service { inferred and name = traces and type = \"AWS::DynamoDB\" }",
         "some cause.fault.service { (inferred = true and name = \"traces\" and service_type = "
         "\"AWS::DynamoDB\") }"},
        {"rootcause.fault.service { index > 5 }", "some cause.fault.service { index > 5 }"},
        {"rootcause.responsetime.entity { last and coverage > 0.8 }",
         "some cause.response_time.entity { (last = true and coverage > 0.8) }"},
        {"rootcause.fault.service { name = \"Auth\" }",
         "some cause.fault.service { name = \"Auth\" }"},
        {"rootcause.responsetime.service { last and type = \"AWS::DynamoDB\" }",
         "some cause.response_time.service { (last = true and service_type = \"AWS::DynamoDB\") }"},
        {"rootcause.fault.exception { last and message = \"Access Denied for account_id: "
         "1234567890\" }",
         "some cause.fault.exception { (last = true and exception_message = \"Access Denied for "
         "account_id: 1234567890\") }"},
        {"rootcause.json = #[{ \"Services\": [ { \"Name\": \"GetWeatherData\", \"EntityPath\": [{ "
         "\"Name\": \"GetWeatherData\" }, { \"Name\": \"get_temperature\" } ] }, { \"Name\": "
         "\"GetTemperature\", \"EntityPath\": [ { \"Name\": \"GetTemperature\" } ] } ] }]",
         "path( service( name \"GetWeatherData\" entities( entity( name \"GetWeatherData\" ) "
         "entity( name \"get_temperature\" ) ) ) service( name \"GetTemperature\" entities( "
         "entity( name \"GetTemperature\" ) ) ) )"},
        {"service(id(name: \"random-name\", type: \"AWS::Lambda::Function\")) { error }",
         "some segment { (service = \"random-name\" and service_type = \"AWS::Lambda::Function\" "
         "and error = true) }"},
        {"service(id(type: \"AWS::Lambda::Function\")) { error }",
         "some segment { (service_type = \"AWS::Lambda::Function\" and error = true) }"},
        {"service(id(account.id: \"account-id\"))", "some segment { account = \"account-id\" }"},
        {"edge(id(name: \"service-one\", type:\"service::type\"), id(name: \"service-two\", "
         "type:\"service::type\")) { fault }",
         "some call { (some source { (service = \"service-one\" and service_type = "
         "\"service::type\") } and some target { (service = \"service-two\" and service_type = "
         "\"service::type\") } and fault = true) }"},
        {"fault = true AND http.url CONTAINS \"example/game\" AND responsetime >= 5",
         "(some root { fault = true } and some root { @http.request.url *= \"example/game\" } and "
         "some root { response_time >= 5 })"},
        {"availabilityzone = \"eu-1a\"",
         "some span { (@aws.ec2.availability_zone = \"eu-1a\" or @aws.ecs.availability_zone = "
         "\"eu-1a\") }"},
        // Of the present guide.
        {"service { annotation[request_id] = \"r\" }",
         "some segment { some span { @annotations.request_id = \"r\" } }"},
        {"edge { source.annotation[request_id] = \"r\" }",
         "some call { some source { some span { @annotations.request_id = \"r\" } } }"},
        {"edge { destination.annotation[request_id] = \"r\" }",
         "some call { some target { some span { @annotations.request_id = \"r\" } } }"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.expression);
        CHECK(compiled(each.expression) == each.predicate);
        const auto parsed = filter::parse(each.expression);
        REQUIRE(parsed);
        const std::string printed = filter::to_text(*parsed);
        CAPTURE(printed);
        const auto again = filter::parse(printed);
        REQUIRE(again);
        CHECK(*again == *parsed);
    }
}

TEST_CASE("a mistake is named with its place") {
    struct Case {
        std::string_view expression;
        std::size_t position;
        std::string_view reason;
    };
    const Case cases[] = {
        {"fualt", 1, "Unknown keyword 'fualt'; did you mean 'fault'?"},
        {"responstime > 5", 1, "Unknown keyword 'responstime'; did you mean 'responsetime'?"},
        {"annotations.a", 1, "Unknown keyword 'annotations.a'; did you mean 'annotation.a'?"},
        {"qwertyuiop", 1, "Unknown keyword 'qwertyuiop'"},
        {"ok AND\u00a0", 7, "unexpected '\u00a0'"},
        {"user = \"ä\" foo", 12, "Unknown keyword 'foo'"},
        {"duration >", 11, "expected a value behind '>', found the end"},
        {"duration > \"5\"", 12, "'duration' is compared with a number, without quotes"},
        {"duration > 5s", 13, "a number has no unit; times are seconds, as 0.25"},
        {"duration CONTAINS 5", 10, "a number takes =, !=, <, <=, > and >=, not CONTAINS"},
        {"fault > true", 7, "a boolean takes = and !=, not >"},
        {"fault = \"true\"", 9, "'fault' is compared with true or false, without quotes"},
        {"http.url < \"a\"", 10, "a text takes =, !=, CONTAINS, BEGINSWITH and ENDSWITH, not <"},
        {"user = 5", 8, "'user' is compared with a text, in quotes"},
        {"user = \"alice", 8, "the quote \" is not closed"},
        {"index > 5", 1, "'index' has no meaning here; it stands inside rootcause braces"},
        {"rootcause.fault.entity { coverage > 0.5 }", 26,
         "'coverage' has no meaning here; it stands inside rootcause.responsetime.entity braces"},
        {"service(\"a\") { service(\"b\") }", 16,
         "service, edge, group and rootcause stand outside of all braces"},
        {"service(\"a\") { fault", 14, "'{' is not closed"},
        {"(ok", 1, "'(' is not closed"},
        {"ok)", 3, "')' closes nothing"},
        {"service(\"a\") { }", 16, "nothing stands between '{' and '}'"},
        {"5 < duration", 1,
         "expected a keyword, found '5'; a comparison begins with its keyword, as 'duration > 5'"},
        {"rootcause.json = [1]", 18, "expected #[ … ], found '['"},
        {"rootcause.json = #[{\"Services\": 1}]", 33, "JSON: expected an array"},
        {"rootcause.json = #[{\"Service\": []}]", 32,
         "JSON: 'Service' is not one of Services and ClientImpacting"},
        {"rootcause.json = #[{\"ClientImpacting\": 1, \"Services\": []}]", 40,
         "JSON: expected a value"},
        {"rootcause.json = #[{\"Services\": [{\"EntityPath\": [{\"Exceptions\": [{\"Type\": "
         "1}]}]}]}]",
         75, "JSON: 'Type' is not one of Name and Message"},
        {"rootcause.json = #[{\"Services\": []", 19, "the JSON is not closed"},
        {"source.annotation.a", 1,
         "source.annotation and destination.annotation stand inside edge braces"},
        {"annotation.", 1, "the key of the annotation is missing"},
        {"group.name = \"none\"", 1, "there is no group 'none'"},
        {"group.name = \"circular\"", 1,
         "the filter of group 'circular' is no longer valid: Invalid filter expression at "
         "position 1: the filter of a group cannot name groups itself"},
        {"group.name = \"broken\"", 1,
         "the filter of group 'broken' is no longer valid: Invalid filter expression at position "
         "11: expected a value behind '>', found the end"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.expression);
        CHECK(compiled(each.expression) == "Invalid filter expression at position " +
                                               std::to_string(each.position) + ": " +
                                               std::string(each.reason));
    }
}

TEST_CASE("what is too much is refused, not followed") {
    const auto times = [](std::size_t n, std::string_view text) {
        std::string out;
        for (std::size_t i = 0; i < n; ++i) out += text;
        return out;
    };
    CHECK(compiled(times(32, "(") + "ok" + times(32, ")")) == "some root { ok = true }");
    CHECK(compiled(times(33, "(") + "ok" + times(33, ")")).ends_with("deeper than 32 levels"));
    CHECK(compiled(times(2000, "!") + "ok").ends_with("deeper than 32 levels"));
    // The costliest terms, as many as fit.
    for (const std::string_view term :
         {"ok ", "!resource.arn != 'a' ", "edge(id(type:'a'),id(account.id:'2')){ok}",
          "edge(id(name:'',type:'',account.id:'2'),id(name:'',type:'',account.id:'2'))"}) {
        const std::size_t count = std::min<std::size_t>(200, 4096 / term.size());
        CAPTURE(term);
        CHECK_FALSE(compiled(times(count, term)).starts_with("Invalid"));
    }
    CHECK(compiled(times(201, "ok ")).ends_with("more than 200 terms"));
    CHECK(compiled("user = \"" + times(4096, "x") + "\"").ends_with("more than 4096 characters"));
    CHECK(compiled("user = \"\xff\"").ends_with("not UTF-8"));
}
