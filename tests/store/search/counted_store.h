#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "store/store_fixture.h"
#include "support/predicate_text.h"

namespace tomograph::testing {

inline constexpr TimeRange all_time{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};

inline SharedPredicate predicate(std::string_view text) {
    return text.empty() ? nullptr : std::make_shared<Predicate>(parse_predicate(text));
}

inline Document document_from(const std::string& json) {
    static thread_local SegmentDecoder decoder;
    auto decoded = decoder.decode(json, std::nullopt);
    auto* segment = std::get_if<Segment>(&decoded);
    REQUIRE_MESSAGE(segment != nullptr, json);
    return {.header = segment->header(), .bytes = json};
}

inline std::string path_of(std::string_view dotted) {
    std::string path(dotted);
    std::replace(path.begin(), path.end(), '.', path_separator);
    return path;
}

/// A store and its oracle, which are given the same.
struct Counted {
    explicit Counted(EmbeddedStoreOptions options = small_options()) : fixture(0, options) {
        fixture.must_open();
    }

    void append(TraceId trace, const std::string& members) {
        const std::vector<Document> documents{
            document_from(fmt::format(R"({{"trace_id":"{}",{}}})", to_xray_text(trace), members))};
        REQUIRE(fixture.append(documents));
        oracle.append(documents, [](const Result<void>&) {});
    }

    void check(const GroupQuery& query) {
        const auto groups = fixture.store->group(query);
        const auto expected = oracle.group(query);
        REQUIRE_MESSAGE(groups, (groups ? "" : groups.error().message()));
        CHECK(groups->groups == expected->groups);
        CHECK(groups->distinct == expected->distinct);
        CHECK(groups->coverage == expected->coverage);
    }

    void check(const TraceSelection& traces, std::string_view path) {
        const AttributeValuesQuery query{.traces = traces, .path = path_of(path)};
        const auto values = fixture.store->attribute_values(query);
        const auto expected = oracle.attribute_values(query);
        REQUIRE(values);
        CHECK(values->values == expected->values);
        CHECK(values->distinct == expected->distinct);
        CHECK(values->count == expected->count);
        CHECK(values->coverage == expected->coverage);
    }

    void check_names(const TraceSelection& traces) {
        const auto names = fixture.store->attribute_names(traces);
        REQUIRE(names);
        CHECK(names->names == oracle.attribute_names(traces, 10'000)->names);
        CHECK(names->coverage == oracle.attribute_names(traces, 10'000)->coverage);
    }

    void check(const ComparisonQuery& query) {
        const auto compared = fixture.store->compare(query);
        const auto expected = oracle.compare(query);
        REQUIRE_MESSAGE(compared, (compared ? "" : compared.error().message()));
        CHECK(compared->traces == expected->traces);
        CHECK(compared->processed == expected->processed);
        CHECK(compared->share == 1);
        CHECK(compared->stop == SearchStop::none);
        REQUIRE(compared->subjects.size() == query.subjects.size());
        for (std::size_t i = 0; i < query.subjects.size(); ++i) {
            const ComparedSubject& found = compared->subjects[i];
            const ComparedSubject& wanted = expected->subjects[i];
            CAPTURE(path_text(found.subject.path));
            CAPTURE(to_text(found.subject.field));
            CHECK(found.subject == wanted.subject);
            CHECK(found.is_given_up == wanted.is_given_up);
            CHECK(found.values == wanted.values);
            if (!found.is_given_up) CHECK(found.with_value == wanted.with_value);
            CHECK(found.traces == wanted.traces);
            CHECK(found.share == 1);
        }
    }

    StoreFixture fixture;
    MemoryStore oracle;
};

/// The members of a segment, by turns of everything that columns keep in a way of its own.
inline std::string members_of(int i, std::uint64_t id, std::uint64_t parent, int start_ms) {
    constexpr std::array values{
        "1",   "1.0",     "\"1\"",     "true",  "false", "null",  "-0.5", "\"\"",
        "1e2", "[1,[2]]", "{\"k\":1}", "\"x\"", "12",    "\"y\"", "0.0",  "1234567890123456789"};
    const auto value = [&](int shift) {
        return values[static_cast<std::size_t>(i + shift) % values.size()];
    };
    std::string json = fmt::format(
        R"("id":"{:016x}","name":"s{}","start_time":{}.{:03d},"annotations":{{"a":{},"b":{}}})", id,
        i % 3, test_second + start_ms / 1000, start_ms % 1000, value(0), value(5));
    if (parent != 0) json += fmt::format(R"(,"parent_id":"{:016x}")", parent);
    if (i % 7 == 3)
        json += R"(,"in_progress":true)";
    else
        json += fmt::format(R"(,"end_time":{}.{:03d})", test_second + start_ms / 1000 + 1,
                            (start_ms + i * 7) % 1000);
    if (i % 4 == 1) json += R"(,"fault":true)";
    if (i % 5 == 1) json += R"(,"http":{"request":{"url":"http://h"},"response":{"status":429}})";
    if (i % 6 == 2)
        json +=
            R"(,"subsegments":[{"id":"00000000000000ff","name":"","start_time":1,"end_time":2},)"
            R"({"id":"00000000000000fe","name":"q","namespace":"remote","start_time":1,)"
            R"("end_time":2,"annotations":{"a":1,"c":"deep"}}])";
    if (i % 8 == 5) json += R"(,"metadata":{"m":[{"n":1,"n":2},"t",null,false],"start_time":3})";
    return json;
}

inline void fill(Counted& both, int traces) {
    for (int i = 0; i < traces; ++i) {
        const TraceId id = trace_number(static_cast<std::uint64_t>(i), test_second + i);
        const int start = 1000 * i;
        // Callers that start before, at, or after what they call, and two that call each other.
        const std::uint64_t parent_of_first = i % 10 == 9 ? 2 : 0;
        both.append(id, members_of(i, 1, parent_of_first, start + 10));
        if (i % 2 == 1) both.append(id, members_of(i + 1, 2, 1, start + i % 3 * 10));
        if (i % 3 == 1) both.append(id, members_of(i + 2, 3, 77, start + i % 4 * 10));
    }
}

}  // namespace tomograph::testing
