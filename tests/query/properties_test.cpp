#include <algorithm>
#include <random>
#include <set>

#include "query/batch_get_traces.h"
#include "query/decode_trace.h"
#include "query_fixture.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

/// Few ids: versions, missing parents, rings, subsegments both embedded and sent alone.
std::string random_document(std::mt19937_64& random) {
    const auto entity = [&](std::string more) {
        const auto start = static_cast<double>(random() % 50);
        if (random() % 3 == 0) more += R"(,"namespace":"remote")";
        return Sent{.id = random() % 15 + 1,
                    .name = "n" + std::to_string(random() % 4),
                    .start = start,
                    .end = random() % 4 == 0 ? -1 : start + static_cast<double>(random() % 9),
                    .more = std::move(more)};
    };
    std::string inner;
    for (std::uint64_t i = random() % 4; i > 0; --i) {
        const std::string nested =
            random() % 3 == 0 ? with_subsegments(embedded(entity({}))) : std::string();
        inner += (inner.empty() ? "" : ",") + embedded(entity(nested));
    }
    Sent sent = entity(inner.empty() ? inner : with_subsegments(inner));
    sent.is_subsegment = random() % 2 == 0;
    sent.parent = sent.is_subsegment || random() % 2 == 0 ? random() % 18 + 1 : 0;
    return document(sent);
}

std::set<std::uint64_t> shown_ids(const BatchTrace& trace) {
    std::set<std::uint64_t> ids;
    SegmentDecoder decoder;
    for (const SegmentDocument& segment : trace.segments) {
        const auto decoded = decoder.decode(segment.document, {});
        REQUIRE_MESSAGE(std::holds_alternative<Segment>(decoded), segment.document);
        CHECK(std::get<Segment>(decoded).own().id.value == segment.id.value);
        for (const Span& span : std::get<Segment>(decoded).spans) ids.insert(span.id.value);
    }
    return ids;
}

}  // namespace

TEST_CASE("what BatchGetTraces shows is what the trace holds, whatever was sent") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        QueryFixture fixture;
        for (std::uint64_t i = random() % 10 + 1; i > 0; --i) fixture.put(random_document(random));

        const auto answer =
            batch_get_traces(fixture.context(), {.trace_ids = {trace_text(1)}, .next_token = {}});
        REQUIRE(answer);
        REQUIRE(answer->traces.size() == 1);
        const TraceId id = *parse_trace_id(trace_text(1));
        const auto stored = fixture.store.get(std::span(&id, 1));
        REQUIRE(stored);
        TraceReader reader(fixture.metrics);
        std::set<std::uint64_t> expected;
        const Trace trace = reader.read(stored->front(), fixture.now);
        for (const Entity& entity : trace.entities) expected.insert(entity.id.value);
        CHECK(shown_ids(answer->traces[0]) == expected);
        CHECK(fixture.metrics.documents_undecodable.value() == 0);
    }
}
