#include "query/filter/selector.h"

#include <doctest/doctest.h>

using namespace tomograph;

namespace {

std::string error_of(std::string_view text) {
    const auto selector = parse_selector(text);
    REQUIRE_FALSE(selector);
    CHECK(selector.error().code() == ErrorCode::invalid);
    return selector.error().message();
}

}  // namespace

TEST_CASE("a selector names nodes and edges") {
    const auto selector = parse_selector(
        R"(service("a") OR id(type: "T", name: "b") or edge("a", id(account.id: "1")) || service())");
    REQUIRE(selector);
    const NodeSelector a{.name = "a", .type = {}, .account = {}};
    CHECK(selector->nodes ==
          std::vector<NodeSelector>{a, {.name = "b", .type = "T", .account = {}}, {}});
    CHECK(selector->edges ==
          std::vector<EdgeSelector>{
              {.source = a, .target = {.name = {}, .type = {}, .account = "1"}}});
    const auto any_edge = parse_selector("edge()");
    REQUIRE(any_edge);
    CHECK(any_edge->edges == std::vector<EdgeSelector>{{}});
    CHECK(any_edge->nodes.empty());
}

TEST_CASE("a node selector matches what it names") {
    const ServiceKey service{.name = "a", .type = "T", .account_id = "1"};
    CHECK(NodeSelector{}.matches(service));
    CHECK(NodeSelector{.name = "a", .type = "T", .account = "1"}.matches(service));
    CHECK_FALSE(NodeSelector{.name = "A", .type = {}, .account = {}}.matches(service));
    CHECK_FALSE(NodeSelector{.name = "a", .type = "U", .account = {}}.matches(service));
    CHECK_FALSE(NodeSelector{.name = {}, .type = {}, .account = "2"}.matches(service));
}

TEST_CASE("what is no selector is refused with its place") {
    constexpr std::string_view only =
        "a selector is id(…), service(…) or edge(…) without braces, or several joined by OR";
    const auto at = [](std::size_t position, std::string_view reason) {
        return "Invalid selector expression at position " + std::to_string(position) + ": " +
               std::string(reason);
    };
    CHECK(error_of("") == at(1, "expected id(…), service(…) or edge(…)"));
    CHECK(error_of(" \n") == at(3, "expected id(…), service(…) or edge(…)"));
    CHECK(error_of("fault") == at(1, "expected id(…), service(…) or edge(…), found 'fault'"));
    CHECK(error_of("service(\"ä\") OR fault") ==
          at(17, "expected id(…), service(…) or edge(…), found 'fault'"));
    CHECK(error_of("service(\"a\") AND service(\"b\")") == at(1, only));
    CHECK(error_of("!service(\"a\")") == at(1, only));
    CHECK(error_of("service(\"a\") OR edge() = false") == at(17, only));
    CHECK(error_of("service(\"a\") { ok }") ==
          at(16, "expected id(…), service(…) or edge(…), found 'ok'"));
    CHECK(error_of("service(\"" + std::string(600, 'x') + "\")") ==
          at(501, "more than 500 characters"));
}

TEST_CASE("a series is of a selection, of some traces, or of both") {
    const auto read = [](std::string_view text) {
        auto subject = parse_series_subject(text, nullptr);
        REQUIRE(subject);
        return std::move(*subject);
    };
    const NodeSelector a{.name = "a", .type = {}, .account = {}};
    CHECK_FALSE(read(R"(service("a"))").filter);
    CHECK(read(R"(service("a"))").selection.nodes == std::vector{a});

    // As Grafana puts a group's filter before what a user wrote.
    for (const std::string_view text :
         {R"(fault AND service("a"))", R"(fault AND id(name: "a"))", R"(service("a") fault)"}) {
        CAPTURE(text);
        const auto both = read(text);
        CHECK(both.filter.has_value());
        CHECK(both.selection.nodes == std::vector{a});
        CHECK(both.selection.edges.empty());
    }
    CHECK(read(R"(fault AND id(name: "a"))").filter == read(R"(fault AND service("a"))").filter);
    // A group's filter may be a selector itself: what the user wrote comes last.
    const auto last = read(R"(service("b") AND edge("a", "b") AND service("a") AND fault)");
    CHECK(last.selection.nodes == std::vector{a});
    CHECK(last.selection.edges.empty());
    CHECK(read(R"(service("a") AND edge("a", "b"))").selection.nodes.empty());

    // Nothing that all of it is joined with: the filter alone.
    for (const std::string_view text :
         {"fault", R"(service("a") { fault })", R"(fault OR service("a"))", R"(!service("a"))",
          R"(error AND (fault OR service("a")))"}) {
        CAPTURE(text);
        const auto filter = read(text);
        CHECK(filter.filter.has_value());
        CHECK(filter.selection == GraphSelection{});
    }
}

TEST_CASE("what is neither selector nor filter is refused with its place") {
    const auto error = [](std::string_view text) {
        const auto subject = parse_series_subject(text, nullptr);
        REQUIRE_FALSE(subject);
        CHECK(subject.error().code() == ErrorCode::invalid);
        return subject.error().message();
    };
    CHECK(error(" ") ==
          "Invalid selector expression at position 2: expected id(…), service(…) or edge(…)");
    CHECK(error("service(").starts_with("Invalid selector expression at position"));
    CHECK(error("servce(\"a\")").find("did you mean 'service'?") != std::string::npos);
    CHECK(error("fault AND " + std::string(600, 'x')).find("more than 500 characters") !=
          std::string::npos);
    CHECK(error("duration > true").find("duration") != std::string::npos);
}
