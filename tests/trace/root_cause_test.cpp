#include <doctest/doctest.h>

#include <string>

#include "trace/limits.h"
#include "trace/root_cause.h"
#include "trace_builder.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

/// "api[api > call] users*[users]": services with their entities, `*` for inferred, `~` for remote.
std::string to_text(const RootCause& cause) {
    std::string text;
    for (const RootCauseService& service : cause.services) {
        if (!text.empty()) text += ' ';
        text += service.service.name + (service.inferred ? "*" : "") + "[";
        for (const RootCauseEntity& entity : service.entity_path) {
            if (text.back() != '[') text += " > ";
            text += entity.name + (entity.remote ? "~" : "");
        }
        text += ']';
    }
    return text;
}

void faulty(Span& span) { span.fault = true; }
void faulty_call(Span& span) {
    span.fault = true;
    span.name_space = SpanNamespace::remote;
}

}  // namespace

TEST_CASE("a fault is followed down to where it starts") {
    const Trace trace = assembled(documents(
        segment(1, {{.id = 1, .name = "api", .end_ms = 100, .more = faulty},
                    {.id = 2, .name = "handler", .end_ms = 99, .more = faulty},
                    {.id = 3, .name = "users", .end_ms = 98, .parent_row = 1, .more = faulty_call},
                    {.id = 4, .name = "fine", .end_ms = 98, .more = remote}}),
        segment(2, {{.id = 5, .parent = 3, .name = "users", .end_ms = 90, .more = faulty},
                    {.id = 6, .name = "db", .end_ms = 80, .more = [](Span& span) {
                         faulty_call(span);
                         span.exceptions = {
                             {.id = "1", .type = "Timeout", .message = "no answer", .cause = {}}};
                     }}})));
    const auto causes = fault_root_causes(trace);
    REQUIRE(causes.size() == 1);
    CHECK(to_text(causes[0]) == "api[api > handler > users~] users[users > db~] db*[db]");
    CHECK(causes[0].client_impacting);
    const auto& exceptions = causes[0].services[1].entity_path[1].exceptions;
    REQUIRE(exceptions.size() == 1);
    CHECK(exceptions[0].name == "Timeout");
    CHECK(exceptions[0].message == "no answer");
    CHECK(error_root_causes(trace).empty());
}

TEST_CASE("a fault that the root survived does not reach the client") {
    const Trace trace = assembled(
        documents(segment(1, {{.id = 1, .name = "api", .end_ms = 100},
                              {.id = 2, .name = "retry", .end_ms = 9, .more = faulty},
                              {.id = 3, .name = "retry", .end_ms = 19, .more = faulty},
                              {.id = 4, .name = "other", .end_ms = 19, .more = faulty}})));
    const auto causes = fault_root_causes(trace);
    REQUIRE(causes.size() == 2);  // the same path twice is one cause
    CHECK(to_text(causes[0]) == "api[api > retry]");
    CHECK(to_text(causes[1]) == "api[api > other]");
    CHECK_FALSE(causes[0].client_impacting);
}

TEST_CASE("errors have causes of their own") {
    const Trace trace = assembled(documents(segment(
        1,
        {{.id = 1, .name = "api", .end_ms = 100, .more = [](Span& span) { span.error = true; }}})));
    REQUIRE(error_root_causes(trace).size() == 1);
    CHECK(fault_root_causes(trace).empty());
}

TEST_CASE("the response time is followed into the child that covers most of it") {
    const Trace trace = assembled(documents(
        segment(1, {{.id = 1, .name = "api", .end_ms = 100},
                    {.id = 2, .name = "small", .start_ms = 0, .end_ms = 30},
                    {.id = 3, .name = "users", .start_ms = 30, .end_ms = 110, .more = remote}}),
        segment(2, {{.id = 5, .parent = 3, .name = "users", .start_ms = 35, .end_ms = 95},
                    {.id = 6, .name = "query", .start_ms = 40, .end_ms = 80}})));
    const auto causes = response_time_root_causes(trace);
    REQUIRE(causes.size() == 1);
    CHECK(to_text(causes[0]) == "api[api > users~] users[users]");
    CHECK(causes[0].client_impacting);
    CHECK(causes[0].services[0].entity_path[0].coverage == doctest::Approx(1));
    CHECK(causes[0].services[0].entity_path[1].coverage == doctest::Approx(0.7));
    CHECK(causes[0].services[1].entity_path[0].coverage == doctest::Approx(0.6));
}

TEST_CASE("an open or empty root has no response time to explain") {
    CHECK(response_time_root_causes(assembled(documents(segment(1, {{.id = 1, .name = "a"}}))))
              .empty());
    CHECK(response_time_root_causes(
              assembled(documents(segment(1, {{.id = 1, .name = "a", .end_ms = 0}}))))
              .empty());
}

TEST_CASE("a hostile trace has a bounded number of causes of bounded length") {
    std::vector<SpanSpec> specs{{.id = 1, .name = "root", .end_ms = 1000, .more = faulty}};
    std::vector<std::string> names(5000);
    for (std::uint64_t i = 0; i < names.size(); ++i) {
        names[i] = "s" + std::to_string(i);
        // A chain of half of them, then leaves under its end.
        specs.push_back({.id = i + 2,
                         .name = names[i],
                         .end_ms = 900,
                         .parent_row = static_cast<std::int32_t>(std::min<std::uint64_t>(i, 2500)),
                         .more = faulty});
    }
    const auto causes = fault_root_causes(assembled(documents(segment(1, std::move(specs)))));
    CHECK(causes.size() == root_causes_max);
    for (const RootCause& cause : causes) {
        REQUIRE(cause.services.size() == 1);
        CHECK(cause.services[0].entity_path.size() == root_cause_path_max);
    }
}
