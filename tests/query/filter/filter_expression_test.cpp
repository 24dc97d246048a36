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
    const auto predicate = compile_filter(expression, &groups);
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
