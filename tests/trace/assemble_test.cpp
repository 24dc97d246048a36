#include <doctest/doctest.h>

#include <algorithm>

#include "trace_builder.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

std::size_t inferred_count(const Trace& trace) {
    return static_cast<std::size_t>(std::count_if(trace.entities.begin(), trace.entities.end(),
                                                  [](const Entity& e) { return e.is_inferred; }));
}

}  // namespace

TEST_CASE("a trace of nothing is empty") {
    const Trace trace = assembled({});
    CHECK(trace.entities.empty());
    CHECK(trace.root == -1);
    CHECK_FALSE(trace.is_partial);
}

TEST_CASE("a complete document beats one in progress whatever came first") {
    for (const bool complete_first : {true, false}) {
        const Trace trace = assembled(
            documents(segment(complete_first ? 1 : 2, {{.id = 1, .name = "a", .end_ms = 10}}),
                      segment(complete_first ? 2 : 1, {{.id = 1, .name = "a"}})));
        REQUIRE(trace.entities.size() == 1);
        CHECK(trace.documents.size() == 1);
        CHECK_FALSE(trace.entities[0].span->in_progress);
        CHECK_FALSE(trace.is_partial);
        CHECK(trace.end == at(10));
    }
}

TEST_CASE("of two complete documents the later wins") {
    const Trace trace = assembled(documents(segment(7, {{.id = 1, .name = "new", .end_ms = 10}}),
                                            segment(5, {{.id = 1, .name = "old", .end_ms = 20}})));
    REQUIRE(trace.entities.size() == 1);
    CHECK(trace.entities[0].span->name == "new");
    CHECK(trace.end == at(10));
}

TEST_CASE(
    "independent subsegments hang under segments, embedded ones and each other in any order") {
    const auto parts = [] {
        return documents(
            segment(1, {{.id = 1, .name = "api", .end_ms = 100},
                        {.id = 2, .name = "embedded", .start_ms = 1, .end_ms = 90}}),
            subsegment(
                2, {{.id = 3, .parent = 1, .name = "under segment", .start_ms = 2, .end_ms = 3}}),
            subsegment(
                3, {{.id = 4, .parent = 2, .name = "under embedded", .start_ms = 4, .end_ms = 5},
                    {.id = 5, .name = "below", .start_ms = 4, .end_ms = 5}}),
            subsegment(
                4, {{.id = 6, .parent = 5, .name = "under another", .start_ms = 5, .end_ms = 6}}));
    };
    std::vector<std::size_t> order{0, 1, 2, 3};
    do {
        auto in_order = parts();
        std::vector<TraceDocument> shuffled;
        for (const std::size_t i : order) shuffled.push_back(std::move(in_order[i]));
        const Trace trace = assembled(std::move(shuffled));
        REQUIRE(trace.entities.size() == 6);
        CHECK(parent_of(trace, 2) == 1);
        CHECK(parent_of(trace, 3) == 1);
        CHECK(parent_of(trace, 4) == 2);
        CHECK(parent_of(trace, 5) == 4);
        CHECK(parent_of(trace, 6) == 5);
        for (const Entity& entity : trace.entities) CHECK(entity.segment == 0);
        CHECK_FALSE(trace.is_partial);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a subsegment sent alone and embedded is there once, with what hung under either") {
    struct Case {
        std::int64_t alone_end;
        std::uint64_t alone_lsn;
        std::string_view winner;
    };
    for (const Case& c : {Case{-1, 9, "embedded"}, Case{50, 1, "alone"}, Case{50, 9, "alone"}}) {
        const Trace trace = assembled(documents(
            segment(5, {{.id = 1, .name = "api", .end_ms = 100},
                        {.id = 2, .name = "embedded", .start_ms = 1, .end_ms = 40},
                        {.id = 3, .name = "below", .start_ms = 2, .end_ms = 3, .parent_row = 1}}),
            subsegment(
                c.alone_lsn,
                {{.id = 2, .parent = 1, .name = "alone", .start_ms = 1, .end_ms = c.alone_end},
                 {.id = 4, .name = "beside", .start_ms = 2, .end_ms = 3}})));
        CAPTURE(c.alone_end);
        CAPTURE(c.alone_lsn);
        REQUIRE(trace.entities.size() == 4);
        REQUIRE(find_entity(trace, 2) != nullptr);
        CHECK(find_entity(trace, 2)->span->name == c.winner);
        CHECK(parent_of(trace, 3) == 2);
        CHECK(parent_of(trace, 4) == 2);
        CHECK(find_entity(trace, 2)->children.size() == 2);
    }
}

TEST_CASE("a subsegment whose parent is missing is an orphan of a partial trace") {
    const Trace trace =
        assembled(documents(subsegment(1, {{.id = 3, .parent = 2, .name = "lost", .end_ms = 5},
                                           {.id = 4, .name = "below", .end_ms = 4}})));
    CHECK(trace.is_partial);
    CHECK(trace.root == -1);
    REQUIRE(trace.entities.size() == 2);
    CHECK(trace.entities[0].is_orphan);
    CHECK(trace.entities[0].segment == -1);
    CHECK(trace.entities[1].segment == -1);
}

TEST_CASE("a segment called by someone we do not know is an orphan and may be the root") {
    const Trace trace =
        assembled(documents(segment(1, {{.id = 1, .parent = 99, .name = "api", .end_ms = 5}})));
    REQUIRE(trace.root == 0);
    CHECK(trace.entities[0].is_orphan);
}

TEST_CASE("the root is the earliest entry, then the longest, then the smallest id") {
    struct Case {
        std::int64_t start_2, end_2;
        std::uint64_t root;
    };
    for (const Case& c : {Case{5, 50, 1}, Case{-5, 1, 2}, Case{0, 60, 2}, Case{0, 50, 1}}) {
        const Trace trace = assembled(documents(
            segment(1, {{.id = 1, .name = "a", .end_ms = 50}}),
            segment(2, {{.id = 2, .name = "b", .start_ms = c.start_2, .end_ms = c.end_2}})));
        REQUIRE(trace.root >= 0);
        CHECK(trace.entities[static_cast<std::size_t>(trace.root)].id.value == c.root);
    }
}

TEST_CASE("calls with no segment behind are inferred with an id that stays") {
    const auto parts = [](bool with_downstream) {
        auto result = documents(segment(
            1, {{.id = 1, .name = "api", .end_ms = 100},
                {.id = 2, .name = "payments", .start_ms = 1, .end_ms = 90, .more = remote},
                {.id = 3, .name = "render", .start_ms = 91, .end_ms = 95},
                {.id = 4, .name = "db", .start_ms = 96, .end_ms = 97, .more = [](Span& span) {
                     span.has_sql = true;
                 }}}));
        if (with_downstream)
            result.push_back(segment(
                2, {{.id = 9, .parent = 2, .name = "payments", .start_ms = 2, .end_ms = 80}}));
        return result;
    };
    const Trace without = assembled(parts(false));
    REQUIRE(inferred_count(without) == 2);
    for (const Entity& entity : without.entities) {
        if (!entity.is_inferred) continue;
        CHECK(entity.is_segment);
        CHECK_FALSE(entity.id.is_none());
        CHECK(without.entities[static_cast<std::size_t>(entity.segment)].id == entity.id);
        const Entity& caller = without.entities[static_cast<std::size_t>(entity.parent)];
        CHECK(caller.span == entity.span);
        CHECK(caller.children.size() == 1);
    }
    const Trace again = assembled(parts(false));
    for (std::size_t i = 0; i < again.entities.size(); ++i)
        CHECK(again.entities[i].id == without.entities[i].id);

    const Trace with = assembled(parts(true));
    CHECK(inferred_count(with) == 1);
    CHECK(parent_of(with, 9) == 2);
}

TEST_CASE("a call that announced a traced downstream waits for it, then is inferred") {
    const auto parts = [] {
        return documents(
            segment(1, {{.id = 1, .name = "api", .end_ms = 100},
                        {.id = 2, .name = "slow", .start_ms = 0, .end_ms = 90, .more = traced}}));
    };
    const Trace early = assemble_trace(trace_id, parts(), epoch + Duration::minutes(9));
    CHECK(inferred_count(early) == 0);
    CHECK(early.is_partial);
    const Trace late = assemble_trace(trace_id, parts(), epoch + downstream_grace);
    CHECK(inferred_count(late) == 1);
    CHECK_FALSE(late.is_partial);
}

TEST_CASE("an inferred child stands among the others by time") {
    const Trace trace = assembled(documents(
        segment(1, {{.id = 1, .name = "api", .end_ms = 100},
                    {.id = 2, .name = "call", .start_ms = 10, .end_ms = 90, .more = remote},
                    {.id = 3, .name = "early", .start_ms = 5, .end_ms = 8, .parent_row = 1},
                    {.id = 4, .name = "late", .start_ms = 20, .end_ms = 30, .parent_row = 1}})));
    const Entity* call = find_entity(trace, 2);
    REQUIRE(call->children.size() == 3);
    CHECK(trace.entities[call->children[0]].span->name == "early");
    CHECK(trace.entities[call->children[1]].is_inferred);
    CHECK(trace.entities[call->children[2]].span->name == "late");
}

TEST_CASE("parent links that close a ring are cut at the segment") {
    // Two segments that each claim to be called by the other's subsegment, and one that calls
    // itself.
    const Trace trace = assembled(documents(
        segment(1, {{.id = 1, .parent = 4, .name = "a", .start_ms = 5, .end_ms = 9},
                    {.id = 2, .name = "call b", .start_ms = 0, .end_ms = 8, .more = remote}}),
        segment(2, {{.id = 3, .parent = 2, .name = "b", .start_ms = 6, .end_ms = 9},
                    {.id = 4, .name = "call a", .start_ms = 7, .end_ms = 8, .more = remote}}),
        segment(3, {{.id = 5, .parent = 5, .name = "self", .start_ms = 20, .end_ms = 30}}),
        subsegment(4, {{.id = 6, .parent = 4, .name = "tail", .start_ms = 1, .end_ms = 2}})));
    REQUIRE(trace.entities.size() == 6 + inferred_count(trace));
    CHECK(find_entity(trace, 1)->is_orphan);
    CHECK(parent_of(trace, 1) == 0);
    CHECK(parent_of(trace, 3) == 2);
    CHECK(parent_of(trace, 4) == 3);
    CHECK(parent_of(trace, 6) == 4);
    CHECK(find_entity(trace, 5)->is_orphan);
    CHECK(trace.is_partial);
    for (std::size_t i = 0; i < trace.entities.size(); ++i)
        CHECK(trace.entities[i].parent < static_cast<std::int32_t>(i));
}

TEST_CASE("a segment in progress makes the trace partial") {
    const Trace trace = assembled(documents(segment(1, {{.id = 1, .name = "a"}})));
    CHECK(trace.is_partial);
    CHECK(trace.root == 0);
}

TEST_CASE("depth and fan-out of 100000 are ordinary") {
    constexpr std::uint64_t count = 100'000;
    for (const bool deep : {true, false}) {
        std::vector<TraceDocument> parts;
        parts.push_back(segment(1, {{.id = 1, .name = "root", .end_ms = 1000}}));
        for (std::uint64_t i = 2; i <= count; ++i)
            parts.push_back(subsegment(
                i,
                {{.id = i, .parent = deep ? i - 1 : 1, .name = "s", .start_ms = 1, .end_ms = 2}}));
        const Trace trace = assembled(std::move(parts));
        CHECK(trace.entities.size() == count);
        CHECK(trace.entities.back().segment == 0);
    }
}

TEST_CASE("a ring of 100000 is cut once") {
    constexpr std::uint64_t count = 100'000;
    std::vector<TraceDocument> parts;
    for (std::uint64_t i = 1; i <= count; ++i)
        parts.push_back(subsegment(
            i, {{.id = i, .parent = i % count + 1, .name = "s", .start_ms = 1, .end_ms = 2}}));
    const Trace trace = assembled(std::move(parts));
    REQUIRE(trace.entities.size() == count);
    CHECK(std::count_if(trace.entities.begin(), trace.entities.end(),
                        [](const Entity& e) { return e.is_orphan; }) == 1);
}
