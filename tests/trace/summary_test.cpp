#include <doctest/doctest.h>

#include "trace/limits.h"
#include "trace/summary.h"
#include "trace_builder.h"

using namespace tomograph;
using namespace tomograph::testing;

TEST_CASE("a summary tells of the entry segment") {
    const auto entry = [](Span& span) {
        span.fault = true;
        span.http = {.method = "GET",
                     .url = "http://shop/",
                     .user_agent = "curl",
                     .client_ip = "10.0.0.1",
                     .status = 500,
                     .content_length = {},
                     .is_present = true};
        span.origin = "AWS::EC2::Instance";
    };
    const TraceSummary summary = summarise(assembled(documents(
        segment(1, {{.id = 1, .name = "api", .start_ms = 10, .end_ms = 110, .more = entry},
                    {.id = 2, .name = "users", .start_ms = 20, .end_ms = 160, .more = remote}}),
        segment(2, {{.id = 3,
                     .parent = 2,
                     .name = "users",
                     .start_ms = 25,
                     .end_ms = 150,
                     .more = [](Span& span) { span.error = span.throttle = true; }}}))));
    CHECK(summary.id == trace_id);
    CHECK(summary.start == at(10));
    CHECK(summary.duration == Duration::milliseconds(150));
    CHECK(summary.response_time == Duration::milliseconds(100));
    CHECK(summary.has_fault);
    CHECK_FALSE(summary.has_error);  // only the entry decides
    CHECK(summary.has_throttle);     // any segment
    CHECK_FALSE(summary.is_partial);
    CHECK(summary.http.url == "http://shop/");
    CHECK(summary.http.status == 500);
    CHECK(summary.entry_point == ServiceKey{"api", "AWS::EC2::Instance", ""});
    CHECK(summary.services.size() == 2);
    CHECK(summary.revision == 4);
}

TEST_CASE("a trace made of subsegments only is summed up from its earliest") {
    const TraceSummary summary = summarise(assembled(documents(
        subsegment(1, {{.id = 2,
                        .parent = 1,
                        .name = "a",
                        .start_ms = 5,
                        .end_ms = 9,
                        .more = [](Span& span) { span.fault = true; }}}),
        subsegment(2, {{.id = 3, .parent = 1, .name = "b", .start_ms = 6, .end_ms = 7}}))));
    CHECK(summary.is_partial);
    CHECK_FALSE(summary.entry_point.has_value());
    CHECK(summary.start == at(5));
    CHECK(summary.response_time == Duration::milliseconds(4));
    CHECK(summary.has_fault);
    CHECK(summary.services.empty());
    CHECK(summary.fault_root_causes.empty());
}

TEST_CASE("a trace of nothing has an empty summary") {
    const TraceSummary summary = summarise(assembled({}));
    CHECK(summary.duration == Duration{});
    CHECK_FALSE(summary.entry_point.has_value());
}

TEST_CASE("annotations keep every value with the services that set it") {
    const TraceSummary summary = summarise(assembled(documents(
        segment(
            1,
            {{.id = 1,
              .name = "api",
              .end_ms = 100,
              .more =
                  [](Span& s) { s.annotations = {{"tier", "gold"}, {"n", 1.5}, {"beta", true}}; }},
             {.id = 2,
              .name = "call",
              .end_ms = 90,
              .more = [](Span& s) { s.annotations = {{"tier", "gold"}, {"tier", "silver"}}; }}}),
        segment(2, {{.id = 3, .parent = 2, .name = "users", .end_ms = 80, .more = [](Span& s) {
                         s.annotations = {{"tier", "gold"}};
                     }}}))));
    REQUIRE(summary.annotations.size() == 3);
    const auto& tier = summary.annotations.at("tier");
    REQUIRE(tier.size() == 2);
    CHECK(std::get<std::string>(tier[0].value) == "gold");
    CHECK(tier[0].services == std::vector<ServiceKey>{{"api", "", ""}, {"users", "", ""}});
    CHECK(std::get<std::string>(tier[1].value) == "silver");
    CHECK(std::get<double>(summary.annotations.at("n")[0].value) == 1.5);
    CHECK(std::get<bool>(summary.annotations.at("beta")[0].value));
}

TEST_CASE("annotations beyond the bound are counted, not kept") {
    const TraceSummary summary = summarise(assembled(
        documents(segment(1, {{.id = 1, .name = "api", .end_ms = 1, .more = [](Span& s) {
                                   for (std::size_t i = 0; i < annotations_per_trace_max + 7; ++i)
                                       s.annotations.push_back({"k", static_cast<double>(i)});
                               }}}))));
    CHECK(summary.annotations.at("k").size() == annotations_per_trace_max);
    CHECK(summary.annotations_left_out == 7);
}

TEST_CASE("users, instances, zones and resources are distinct") {
    const auto place = [](Span& span) {
        span.user = "ann";
        span.resource_arn = "arn:1";
        span.aws.instance_id = "i-1";
        span.aws.availability_zone = "eu-1a";
        span.aws.task_arn = "arn:task";
    };
    const TraceSummary summary = summarise(assembled(
        documents(segment(1, {{.id = 1, .name = "api", .end_ms = 9, .more = place}}),
                  segment(2, {{.id = 2, .parent = 1, .name = "b", .end_ms = 8, .more = place}}))));
    REQUIRE(summary.users.size() == 1);
    CHECK(summary.users[0].name == "ann");
    CHECK(summary.users[0].services.size() == 2);
    CHECK(summary.resource_arns == std::vector<std::string>{"arn:1", "arn:task"});
    CHECK(summary.instance_ids == std::vector<std::string>{"i-1"});
    CHECK(summary.availability_zones == std::vector<std::string>{"eu-1a"});
}
