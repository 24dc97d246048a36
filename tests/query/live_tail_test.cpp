#include "query/live_tail.h"

#include "query/filter/filter_expression.h"
#include "query/query_fixture.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

struct Tail {
    QueryFixture fixture;
    ManualClock clock{at(100)};
    LiveTail tail{fixture.store, clock, fixture.metrics};
    std::vector<std::string> told;
    std::uint64_t lost = 0;
    int ticks = 0;
    bool goes_on = true;

    void watch(const char* filter = "") {
        SharedPredicate predicate;
        if (*filter != '\0')
            predicate = std::make_shared<Predicate>(*compile_filter(filter, nullptr));
        REQUIRE(tail.watch(predicate, [this](const LiveTail::Tick& tick) {
            ++ticks;
            lost += tick.lost;
            for (const LiveTail::Told* each : tick.traces)
                told.push_back((each->is_update ? "again " : "") +
                               std::to_string(each->summary.id.low - 0x1000));
            return goes_on;
        }));
    }
    void put(std::uint64_t trace, const std::string& more = "", std::uint64_t id = 1) {
        fixture.put(document({.trace = trace, .id = id, .more = more}));
        const TraceId ids[] = {*parse_trace_id(trace_text(trace))};
        tail.note(ids);
    }
    void pass(Duration time) {
        clock.advance(time);
        tail.tick();
    }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a trace is told when nothing came for a while, and again when more comes") {
    Tail tail;
    CHECK_FALSE(tail.tail.is_watched());
    tail.put(9);  // nobody watches
    tail.watch();
    CHECK(tail.tail.is_watched());
    tail.put(1);
    tail.pass(Duration::milliseconds(600));
    tail.put(2);
    CHECK(tail.told.empty());
    tail.pass(Duration::milliseconds(600));
    CHECK(tail.told == Texts{"1"});
    tail.pass(Duration::milliseconds(600));
    CHECK(tail.told == Texts{"1", "2"});
    tail.put(1, "", 2);
    tail.pass(Duration::seconds(2));
    CHECK(tail.told == Texts{"1", "2", "again 1"});
}

TEST_CASE("a trace that never rests is told in the end") {
    Tail tail;
    tail.watch();
    for (std::uint64_t i = 1; i < 13; ++i) {
        tail.put(1, "", i);
        tail.pass(Duration::milliseconds(900));
    }
    CHECK(tail.told == Texts{"1"});
    CHECK(tail.ticks == 12);
}

TEST_CASE("each watcher is told what its filter matches") {
    Tail tail;
    tail.watch("annotation.tenant = \"a\" AND fault");
    tail.put(1, ",\"fault\":true,\"annotations\":{\"tenant\":\"a\"}");
    tail.put(2, ",\"fault\":true,\"annotations\":{\"tenant\":\"b\"}");
    tail.put(3, ",\"annotations\":{\"tenant\":\"a\"}");
    tail.pass(Duration::seconds(2));
    CHECK(tail.told == Texts{"1"});
}

TEST_CASE("who is told nothing more is forgotten, and nothing is kept for nobody") {
    Tail tail;
    tail.watch();
    tail.goes_on = false;
    tail.put(1);
    tail.pass(Duration::milliseconds(100));
    CHECK_FALSE(tail.tail.is_watched());
    tail.goes_on = true;
    tail.watch();
    tail.pass(Duration::seconds(2));
    CHECK(tail.told.empty());
}

TEST_CASE("watchers and waiting traces are bounded, and what is lost is counted") {
    Tail tail;
    tail.watch();
    std::vector<TraceId> many;
    for (std::uint64_t i = 0; i < 20'010; ++i) many.push_back({7, i + 1});
    tail.tail.note(many);
    tail.pass(Duration::milliseconds(100));
    CHECK(tail.lost == 10);
    for (int i = 1; i < 64; ++i) tail.watch();
    const auto refused = tail.tail.watch(nullptr, [](const LiveTail::Tick&) { return true; });
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::unavailable);
}
