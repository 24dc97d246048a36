#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "trace/graph_of_trace.h"
#include "trace/summary.h"
#include "trace_builder.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

constexpr std::string_view names[] = {"api", "users", "orders", "DynamoDB", "pay.example.com"};

void decorate(Span& span, std::mt19937_64& random) {
    const auto chance = [&](unsigned in) { return random() % in == 0; };
    span.fault = chance(5);
    span.error = chance(5);
    span.throttle = chance(9);
    if (!span.is_segment) {
        span.name_space = static_cast<SpanNamespace>(random() % 3);
        span.expects_downstream = chance(4);
        span.has_sql = chance(6);
        if (chance(3)) span.aws.table_name = "table";
    } else if (chance(3)) {
        span.links = {{.trace_id = trace_id, .span_id = SpanId{random() % 20 + 1}}};
        if (chance(2)) span.links.front().queue_url = "https://q";
        if (chance(2)) span.links.front().sent = at(static_cast<std::int64_t>(random() % 90'000));
        if (chance(4)) span.links.front().trace_id.low = 1;
    }
    if (chance(3)) span.user = names[random() % 5];
    if (chance(3)) span.annotations = {{"key", names[random() % 5]}};
}

/// Documents with few ids: many versions, missing parents, rings and ids that come twice.
std::vector<TraceDocument> random_documents(std::mt19937_64& random) {
    std::vector<TraceDocument> result;
    const std::uint64_t count = random() % 12 + 1;
    for (std::uint64_t lsn = 1; lsn <= count; ++lsn) {
        const bool is_segment = random() % 2 == 0;
        std::vector<SpanSpec> specs;
        const std::size_t rows = random() % 4 + 1;
        for (std::size_t row = 0; row < rows; ++row) {
            const auto start = static_cast<std::int64_t>(random() % 90'000);
            specs.push_back(
                {.id = random() % 20 + 1,
                 .parent = is_segment && random() % 2 == 0 ? 0 : random() % 24 + 1,
                 .name = names[random() % 5],
                 .start_ms = start,
                 .end_ms =
                     random() % 5 == 0 ? -1 : start + static_cast<std::int64_t>(random() % 3000),
                 .parent_row = static_cast<std::int32_t>(row == 0 ? 0 : random() % row)});
        }
        result.push_back(document(lsn, is_segment, std::move(specs)));
        for (Span& span : result.back().segment.spans) decorate(span, random);
    }
    return result;
}

std::vector<TraceDocument> copies(const std::vector<TraceDocument>& documents) {
    std::vector<TraceDocument> result;
    for (const TraceDocument& document : documents) result.push_back(copy_of(document));
    return result;
}

void check_same(const Trace& a, const Trace& b) {
    REQUIRE(a.documents.size() == b.documents.size());
    for (std::size_t i = 0; i < a.documents.size(); ++i)
        CHECK(a.documents[i].lsn == b.documents[i].lsn);
    REQUIRE(a.entities.size() == b.entities.size());
    for (std::size_t i = 0; i < a.entities.size(); ++i) {
        const Entity& left = a.entities[i];
        const Entity& right = b.entities[i];
        CHECK(left.id == right.id);
        CHECK(left.parent == right.parent);
        CHECK(left.segment == right.segment);
        CHECK(left.document == right.document);
        CHECK(left.is_orphan == right.is_orphan);
        CHECK(left.is_inferred == right.is_inferred);
        CHECK(left.service == right.service);
        CHECK(left.children == right.children);
        CHECK(left.span->name == right.span->name);
    }
    CHECK(a.root == b.root);
    CHECK(a.is_partial == b.is_partial);
    CHECK(graph_of_trace(a) == graph_of_trace(b));
    const TraceSummary left = summarise(a);
    const TraceSummary right = summarise(b);
    CHECK(left.start == right.start);
    CHECK(left.duration == right.duration);
    CHECK(left.services == right.services);
    CHECK(left.entry_point == right.entry_point);
    CHECK(left.annotations.size() == right.annotations.size());
    CHECK(left.users.size() == right.users.size());
    CHECK(left.fault_root_causes.size() == right.fault_root_causes.size());
}

void check_shape(const Trace& trace) {
    std::size_t children = 0;
    for (std::size_t i = 0; i < trace.entities.size(); ++i) {
        const Entity& entity = trace.entities[i];
        REQUIRE(entity.parent < static_cast<std::int32_t>(i));
        if (entity.is_segment) CHECK(entity.segment == static_cast<std::int32_t>(i));
        for (const std::uint32_t child : entity.children)
            CHECK(trace.entities[child].parent == static_cast<std::int32_t>(i));
        children += entity.children.size();
    }
    const auto tops =
        static_cast<std::size_t>(std::count_if(trace.entities.begin(), trace.entities.end(),
                                               [](const Entity& e) { return e.parent < 0; }));
    CHECK(children + tops == trace.entities.size());
}

}  // namespace

TEST_CASE("the order and repetition of documents do not matter") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        const auto documents = random_documents(random);
        const Trace expected = assembled(copies(documents));
        check_shape(expected);
        auto mixed = copies(documents);
        for (auto& again : copies(documents))
            if (random() % 2 == 0) mixed.push_back(std::move(again));
        std::shuffle(mixed.begin(), mixed.end(), random);
        check_same(expected, assembled(std::move(mixed)));
    }
}

TEST_CASE("a correction turns the old graph into the new one exactly") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        const auto documents = random_documents(random);
        auto early = copies(documents);
        early.resize(random() % documents.size() + 1);
        const GraphRollup old_graph = graph_of_trace(assembled(std::move(early)));
        const GraphRollup merged = graph_of_trace(assembled(copies(documents)));

        GraphRollup correction = merged;
        correction.add(old_graph, -1);
        GraphRollup sum = old_graph;
        sum.add(correction);
        REQUIRE(sum.cells.size() == merged.cells.size());
        for (const auto& [key, cell] : merged.cells) {
            REQUIRE(sum.cells.contains(key));
            const GraphCell& other = sum.cells.at(key);
            CHECK(other.statistics == cell.statistics);
            CHECK(other.presence == cell.presence);
            CHECK(other.roots == cell.roots);
            CHECK(other.inferred == cell.inferred);
        }
        sum.add(merged, -1);
        CHECK(sum.cells.empty());
    }
}
