#include <atomic>

#include "store/search/counted_store.h"

namespace tomograph {
namespace {

using namespace testing;

Subject attribute(std::string_view dotted) {
    return {.field = Field::name, .path = path_of(dotted)};
}

Subject field(Field field) { return {.field = field, .path = {}}; }

std::vector<Subject> all_subjects() {
    return {field(Field::service),      field(Field::status),       field(Field::fault),
            field(Field::service_type), attribute("annotations.a"), attribute("annotations.b"),
            attribute("metadata.m"),    attribute("metadata.m.n"),  attribute("nothing")};
}

TEST_CASE("a comparison counts as a table of each side does") {
    Counted both;
    fill(both, 60);
    const TimeRange some{Instant::from_seconds(test_second + 5),
                         Instant::from_seconds(test_second + 50)};
    for (const bool is_settled : {false, true}) {
        if (is_settled) both.fixture.settle();
        for (const TimeRange range : {all_time, some})
            for (const auto& sides : std::vector<std::vector<SharedPredicate>>{
                     {predicate("")},
                     {predicate("some span { fault = true }"), predicate("")},
                     {predicate("some span { fault = true }"),
                      predicate("not some span { fault = true }")},
                     {predicate("some span { @annotations.a = 1 }"),
                      predicate("some root { name = \"s1\" }")},
                     {predicate("some segment { account is set }"), predicate("duration > 100")}}) {
                both.check({.range = range, .sides = sides, .subjects = all_subjects()});
                both.check({.range = range,
                            .type = TimeRangeType::event,
                            .sides = sides,
                            .subjects = {field(Field::service_type)}});
            }
    }
}

TEST_CASE("a subject with too many values is given up, and the others are not") {
    Counted both;
    for (int i = 0; i < 200; ++i)
        both.append(trace_number(static_cast<std::uint64_t>(i), test_second + i),
                    fmt::format(R"("id":"0000000000000001","name":"s","start_time":{0},)"
                                R"("end_time":{0},"annotations":{{"few":{1},"many":{2}}})",
                                test_second + i, i % 3, i));
    for (const bool is_settled : {false, true}) {
        if (is_settled) both.fixture.settle();
        both.check({.range = all_time,
                    .sides = {predicate("some span { @annotations.few = 1 }"), predicate("")},
                    .subjects = {attribute("annotations.many"), attribute("annotations.few")},
                    .values_max = 50});
    }
}

TEST_CASE("what a comparison has time for lies here and there in its range") {
    EmbeddedStoreOptions options = small_options();
    options.merge_fan_in = 100;
    Counted both(options);
    // One part for each 10 seconds, which are a value of their own.
    for (int part = 0; part < 16; ++part) {
        for (int i = 0; i < 10; ++i) {
            const int second = part * 10 + i;
            both.append(trace_number(static_cast<std::uint64_t>(second), test_second + second),
                        fmt::format(R"("id":"0000000000000001","name":"s","start_time":{0},)"
                                    R"("end_time":{0},"annotations":{{"part":{1}}})",
                                    test_second + second, part));
        }
        both.fixture.settle();
    }
    std::atomic<int> asked{0};
    ComparisonQuery query{
        .range = all_time, .sides = {predicate("")}, .subjects = {attribute("annotations.part")}};
    query.budget.is_cancelled = [&] { return ++asked > 15; };
    const auto compared = both.fixture.store->compare(query);
    REQUIRE(compared);
    CHECK(compared->stop == SearchStop::cancelled);
    CHECK(compared->share > 0);
    CHECK(compared->share < 1);
    REQUIRE(compared->subjects.size() == 1);
    const ComparedSubject& subject = compared->subjects[0];
    CHECK(subject.share == compared->share);
    // Of the part in which it was cancelled one trace may have been read.
    CHECK(subject.traces[0] > 10 * (subject.values.size() - 1));
    REQUIRE(subject.values.size() >= 4);
    int early = 0;
    int late = 0;
    for (const auto& value : subject.values) {
        CHECK((value.traces[0] == 10 || value.traces[0] == 1));
        (std::stoi(value.value.text) < 8 ? early : late) += 1;
    }
    CHECK(early >= 2);
    CHECK(late >= 2);
}

TEST_CASE("a comparison is cancelled amid the columns of a part") {
    Counted both;
    fill(both, 60);
    both.fixture.settle();
    std::atomic<int> asked{0};
    ComparisonQuery query{.range = all_time, .sides = {predicate("")}, .subjects = all_subjects()};
    query.budget.is_cancelled = [&] { return ++asked > 5; };
    const auto compared = both.fixture.store->compare(query);
    REQUIRE(compared);
    CHECK(compared->stop == SearchStop::cancelled);
    CHECK(compared->processed <= 1);
}

TEST_CASE("a comparison is of one or two selections, and of subjects of spans") {
    Counted both;
    const auto refusal = [&](const ComparisonQuery& query) {
        const auto compared = both.fixture.store->compare(query);
        return compared ? "" : compared.error().message();
    };
    ComparisonQuery query{.range = all_time, .sides = {}, .subjects = {field(Field::name)}};
    CHECK(refusal(query) == "one or two selections are compared");
    query.sides = {nullptr};
    CHECK(refusal(query).empty());
    query.subjects = {};
    CHECK(refusal(query) == "from 1 to 200 subjects are compared");
    query.subjects = {field(Field::span_count)};
    CHECK_FALSE(refusal(query).empty());
}

}  // namespace
}  // namespace tomograph
