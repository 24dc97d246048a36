#include "query/differences.h"

#include <algorithm>

#include "query/filter/filter_expression.h"
#include "query/query_fixture.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

TraceSelection traces_of(const char* filter) {
    const auto predicate = compile_filter(filter, nullptr);
    REQUIRE(predicate);
    return {.range = {at(-100), at(1000)}, .predicate = std::make_shared<Predicate>(*predicate)};
}

/// Slow traces are those of version 2; tenants are as common in both; requests have their own ids.
void put_traces(QueryFixture& fixture) {
    for (std::uint64_t n = 0; n < 60; ++n) {
        const bool is_slow = n % 3 == 0;
        fixture.put(
            document({.trace = n,
                      .id = n + 1,
                      .end = is_slow ? 5.0 : 0.1,
                      .more = ",\"annotations\":{\"version\":" + std::to_string(is_slow + 1) +
                              ",\"tenant\":\"" + (n % 2 == 0 ? "a" : "b") + "\",\"request\":\"r" +
                              std::to_string(n) + "\"}"}));
    }
}

std::string name_of(const SubjectDifference& difference) {
    return difference.subject.is_attribute() ? path_text(difference.subject.path)
                                             : std::string(to_text(difference.subject.field));
}

}  // namespace

TEST_CASE("what differs most between two selections stands first") {
    QueryFixture fixture;
    put_traces(fixture);
    const RealClock clock;
    const DifferencesRequest request{.a = traces_of("duration > 1"),
                                     .b = traces_of("duration <= 1")};
    const auto found = read_differences(fixture.store, clock, request);
    REQUIRE(found);
    CHECK(found->a.coverage.matched == 20);
    CHECK(found->b.coverage.matched == 40);
    CHECK(found->a.share == 1);
    REQUIRE(found->subjects.size() == 1);
    const SubjectDifference& first = found->subjects[0];
    CHECK(name_of(first) == "annotations.version");
    CHECK(first.divergence == doctest::Approx(1));
    CHECK(first.distinct == 2);
    REQUIRE(first.values.size() == 2);
    CHECK(first.values[0].a + first.values[0].b == (first.values[0].value->text == "2" ? 20 : 40));
    CHECK(found->skipped == 1);  // annotations.request
    CHECK(found->compared + found->skipped == found->candidates);
}

TEST_CASE("equal selections differ in nothing, and an empty one is no reason to fail") {
    QueryFixture fixture;
    put_traces(fixture);
    const RealClock clock;
    auto found = read_differences(fixture.store, clock,
                                  {.a = traces_of("duration > 1"), .b = traces_of("duration > 1")});
    REQUIRE(found);
    CHECK(found->subjects.empty());
    found = read_differences(fixture.store, clock,
                             {.a = traces_of("fault"), .b = traces_of("duration > 1")});
    REQUIRE(found);
    CHECK(found->a.coverage.matched == 0);
    CHECK(found->subjects.empty());
}

TEST_CASE("values and subjects of an answer are bounded") {
    QueryFixture fixture;
    put_traces(fixture);
    const RealClock clock;
    DifferencesRequest request{.a = traces_of("duration > 1"),
                               .b = traces_of("duration <= 1"),
                               .limit = 1,
                               .values_limit = 1};
    auto found = read_differences(fixture.store, clock, request);
    REQUIRE(found);
    REQUIRE(found->subjects.size() == 1);
    CHECK(found->subjects[0].values.size() == 1);
}

TEST_CASE("two ranges differ as two selections of one do") {
    QueryFixture fixture;
    put_traces(fixture);
    const RealClock clock;
    DifferencesRequest request{.a = traces_of("duration > 1"), .b = traces_of("duration <= 1")};
    const auto one = read_differences(fixture.store, clock, request);
    request.b.range.end = at(1001);
    const auto two = read_differences(fixture.store, clock, request);
    REQUIRE(one);
    REQUIRE(two);
    CHECK(two->b.coverage.matched == 40);
    CHECK(two->skipped == one->skipped);
    REQUIRE(two->subjects.size() == one->subjects.size());
    CHECK(two->subjects[0].divergence == doctest::Approx(one->subjects[0].divergence));
    CHECK(two->subjects[0].values.size() == one->subjects[0].values.size());
    CHECK(two->subjects[0].traces_b == 40);
}
