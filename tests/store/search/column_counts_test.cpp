#include <array>

#include "store/search/counted_store.h"

namespace tomograph {
namespace {

using namespace testing;

TEST_CASE("columns and documents count the same") {
    Counted both;
    fill(both, 60);
    both.fixture.settle();
    const TraceSelection some{
        .range = {Instant::from_seconds(test_second + 5), Instant::from_seconds(test_second + 50)},
        .type = TimeRangeType::trace_id};
    for (const TraceSelection& range :
         {TraceSelection{.range = all_time}, some,
          TraceSelection{.range = all_time, .type = TimeRangeType::event}}) {
        for (const char* text :
             {"", "some span { fault = true }", "not some span { status is set }",
              "some root { name = \"s1\" }", "some span { @annotations.a = 1 }"}) {
            CAPTURE(std::string(text));
            TraceSelection traces = range;
            traces.predicate = predicate(text);
            both.check_names(traces);
            for (const char* path :
                 {"annotations.a", "annotations.b", "annotations.a.k", "name", "metadata.m",
                  "metadata.m.n", "metadata.start_time", "start_time", "id", "nothing"})
                both.check(traces, path);
            for (const GroupUnit unit : {GroupUnit::spans, GroupUnit::traces})
                for (const char* spans :
                     {"", "fault = true", "@annotations.b is set", "service_type is set"}) {
                    CAPTURE(std::string(spans));
                    GroupQuery query{.traces = traces, .unit = unit, .spans = predicate(spans)};
                    for (const char* path : {"annotations.a", "annotations.b", "name", "nothing"}) {
                        query.by = {.field = Field::name, .path = path_of(path)};
                        both.check(query);
                    }
                    for (const Field field :
                         {Field::name, Field::service, Field::status, Field::response_time,
                          Field::ok, Field::in_progress, Field::remote, Field::service_type}) {
                        query.by = {.field = field, .path = {}};
                        both.check(query);
                    }
                    for (const std::int64_t step : {1, 7, 3600}) {
                        query.step = Duration::seconds(step);
                        both.check(query);
                    }
                }
        }
    }
}

/// A segment whose annotations are some of eleven, of changing kinds.
std::string combination_of(int i) {
    constexpr std::array values{"1", "\"x\"", "true", "\"y\"", "0.5", "null", "[1,\"x\"]"};
    std::string annotations;
    for (int key = 0; key < 11; ++key)
        if ((i >> key & 1) != 0)
            annotations +=
                fmt::format(R"({}"k{}":{})", annotations.empty() ? "" : ",", key,
                            values[static_cast<std::size_t>(i / 64 + key) % values.size()]);
    return fmt::format(R"("id":"0000000000000001","name":"s{0}","start_time":{1},"end_time":{1},)"
                       R"("annotations":{{{2}}},"metadata":{{"m":{0}}})",
                       i % 3, test_second + i, annotations);
}

TEST_CASE("annotations in many combinations are columns too") {
    Counted both;
    constexpr int traces = 1'500;
    for (int i = 0; i < traces; ++i)
        both.append(trace_number(static_cast<std::uint64_t>(i), test_second + i),
                    combination_of(i));
    both.fixture.settle();
    for (const char* text : {"", "some span { @annotations.k9 = 1 }",
                             "some span { @annotations.k3 is set and not @annotations.k4 = true }",
                             "not some span { @annotations.k10 = \"x\" }"}) {
        CAPTURE(std::string(text));
        int asked = 0;
        TraceSelection selection{.range = all_time, .predicate = predicate(text)};
        selection.budget.is_cancelled = [&] {
            ++asked;  // before each trace that is read
            return false;
        };
        both.check_names(selection);
        for (const char* path : {"annotations.k0", "annotations.k10", "metadata.m"}) {
            CAPTURE(std::string(path));
            both.check(selection, path);
            both.check({.traces = selection, .by = {.field = Field::name, .path = path_of(path)}});
        }
        // Arrays are read, every seventh value; nothing else is.
        CHECK(asked < 7 * traces / 2);
        TraceQuery query;
        query.range = all_time;
        query.limit = 100;
        query.predicate = selection.predicate;
        const auto page = both.fixture.store->find(query);
        const auto expected = both.oracle.find(query);
        REQUIRE(page);
        REQUIRE(page->traces.size() == expected->traces.size());
        for (std::size_t i = 0; i < page->traces.size(); ++i)
            CHECK(page->traces[i].id == expected->traces[i].id);
    }
}

TEST_CASE("traces of which columns tell all are not read") {
    Counted both;
    for (int i = 0; i < 40; ++i)
        both.append(trace_number(static_cast<std::uint64_t>(i), test_second + i),
                    fmt::format(R"("id":"0000000000000001","name":"s","start_time":{0},)"
                                R"("end_time":{0},"annotations":{{"a":{1}}})",
                                test_second + i, i % 3));
    both.fixture.settle();
    int asked = 0;
    TraceSelection traces{.range = all_time, .predicate = predicate("some span { name = \"s\" }")};
    traces.budget.is_cancelled = [&] {
        ++asked;  // before each trace that is given
        return false;
    };
    const auto groups = both.fixture.store->group(
        {.traces = traces, .by = {.field = Field::name, .path = path_of("annotations.a")}});
    REQUIRE(groups);
    CHECK(groups->distinct == 3);
    CHECK(groups->coverage.matched == 40);
    const auto names = both.fixture.store->attribute_names(traces);
    REQUIRE(names);
    CHECK(names->coverage.matched == 40);
    CHECK(asked <= 6);
}

TEST_CASE("what is asked of traces, roots and segments is not read where columns tell") {
    Counted both;
    for (int i = 0; i < 40; ++i) {
        const TraceId id = trace_number(static_cast<std::uint64_t>(i), test_second + i);
        both.append(id, fmt::format(R"("id":"0000000000000001","name":"front","start_time":{0},)"
                                    R"("end_time":{0}.{1},"fault":{2},"subsegments":[)"
                                    R"({{"id":"0000000000000002","name":"db","namespace":"remote",)"
                                    R"("start_time":{0},"end_time":{0}.5}}])",
                                    test_second + i, i % 10, i % 4 == 0));
        both.append(id, fmt::format(R"("id":"0000000000000003","parent_id":"0000000000000001",)"
                                    R"("name":"back","start_time":{0}.1,"end_time":{0}.2)",
                                    test_second + i));
    }
    both.fixture.settle();
    const std::array<std::pair<std::string_view, std::uint64_t>, 10> cases{{
        {"duration > 0.5", 16},
        {"span_count = 3", 40},
        {"in_progress = true or partial = true", 0},
        {"inferred = true", 40},
        {"some root { fault = true }", 10},
        {"some root { response_time < 0.2 and duration = 0.5 }", 8},
        {"some root { service = \"back\" }", 0},
        {"some segment { service = \"db\" and service_type = \"remote\" }", 40},
        {"some segment { service = \"front\" and fault = true }", 10},
        {"some segment { called_as is set or service = \"nobody\" }", 40},
    }};
    for (const auto& [text, matched] : cases) {
        CAPTURE(text);
        int asked = 0;
        TraceSelection traces{.range = all_time, .predicate = predicate(text)};
        traces.budget.is_cancelled = [&] {
            ++asked;  // before each trace that is given
            return false;
        };
        const GroupQuery query{.traces = traces, .by = {.field = Field::name, .path = {}}};
        const auto groups = both.fixture.store->group(query);
        REQUIRE(groups);
        CHECK(groups->coverage.matched == matched);
        CHECK(asked <= 3);
        both.check(query);
    }
}

TEST_CASE("groups by time are asked for in whole seconds, and counted without reading") {
    Counted both;
    for (int i = 0; i < 40; ++i)
        both.append(trace_number(static_cast<std::uint64_t>(i), test_second + i),
                    fmt::format(R"("id":"0000000000000001","name":"s","start_time":{0},)"
                                R"("end_time":{0}.25,"fault":{1})",
                                test_second + i, i % 4 == 0));
    both.fixture.settle();
    int asked = 0;
    GroupQuery query{.traces = {.range = all_time}, .unit = GroupUnit::traces};
    query.step = Duration::seconds(10);
    query.traces.budget.is_cancelled = [&] {
        ++asked;
        return false;
    };
    const auto groups = both.fixture.store->group(query);
    REQUIRE(groups);
    CHECK(groups->coverage.matched == 40);
    CHECK(asked <= 3);
    std::uint64_t faults = 0;
    for (const ValueGroup& group : groups->groups) {
        REQUIRE(group.value);
        CHECK(std::stoll(group.value->text) % 10 == 0);
        CHECK(group.duration.count() == static_cast<std::int64_t>(group.count));
        faults += group.faults;
    }
    CHECK(faults == 10);
    for (const std::int64_t ns : {1, 1'500'000'000, -1'000'000'000}) {
        query.step = Duration::nanoseconds(ns);
        const auto refused = both.fixture.store->group(query);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message() == "the step must be whole seconds, at least one");
    }
}

TEST_CASE("what a search counted before it was cancelled is what its coverage says") {
    EmbeddedStoreOptions options = small_options();
    options.merge_fan_in = 100;
    Counted both(options);
    // Parts that overlap: each has every fourth trace, and some traces have rows in two of them.
    for (int part = 0; part < 4; ++part) {
        for (int i = part; i < 48; i += 4)
            both.append(trace_number(static_cast<std::uint64_t>(i), test_second + i),
                        members_of(i, 1, 0, 1000 * i));
        if (part > 0)
            both.append(trace_number(12, test_second + 12),
                        members_of(part, 20 + static_cast<std::uint64_t>(part), 1, 12'000));
        both.fixture.settle();
    }
    const auto path = path_of("annotations.a");
    std::size_t partial = 0;
    for (int most = 0; most < 40; ++most) {
        CAPTURE(most);
        int asked = 0;
        GroupQuery query{.traces = {.range = all_time}};
        query.by = {.field = Field::name, .path = path};
        query.traces.budget.is_cancelled = [&] { return ++asked > most; };
        const auto groups = both.fixture.store->group(query);
        REQUIRE(groups);
        if (groups->coverage.is_partial()) ++partial;
        GroupQuery covered{.traces = {.range = {groups->coverage.oldest, all_time.end}}};
        if (most == 0) covered.traces.range = {};
        covered.by = query.by;
        const auto expected = both.oracle.group(covered);
        REQUIRE(expected);
        CHECK(groups->groups == expected->groups);
        CHECK(groups->coverage.processed == expected->coverage.processed);
        CHECK(groups->coverage.matched == expected->coverage.matched);
    }
    CHECK(partial > 3);
}

}  // namespace
}  // namespace tomograph
