#include "store/engine/open_traces.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

namespace tomograph {
namespace {

constexpr std::uint64_t seed = 20;
constexpr Duration never{-1};

Document document(std::uint64_t trace, std::uint64_t span, bool in_progress = false) {
    return {.header = {.trace_id = {0x5f000000ULL << 32, trace},
                       .id = {span},
                       .in_progress = in_progress,
                       .start = {},
                       .end = {}},
            .bytes = std::string(100, static_cast<char>('a' + span % 26))};
}

struct Fixture {
    MetricsRegistry registry;
    StoreMetrics metrics{registry};
    OpenTraces open{metrics, {}};
    Duration now;
    Lsn next{1};

    void insert(Document one) {
        std::vector<Document> documents;
        documents.push_back(std::move(one));
        open.insert(next, std::move(documents), now, false);
        ++next.value;
    }

    std::vector<OpenTrace> all() const {
        std::vector<OpenTrace> traces;
        open.visit([&](const OpenTrace& trace) { traces.push_back(trace); });
        return traces;
    }

    std::map<TraceId, int> due(const OpenTracesDue& due) const {
        std::map<TraceId, int> times;
        open.visit_due(due, [&](const OpenTrace& trace) {
            ++times[trace.id];
            return true;
        });
        return times;
    }
};

bool is_due(const OpenTrace& trace, const OpenTracesDue& due) {
    return trace.first_at <= due.opened || trace.last_at <= due.quiet ||
           (trace.last_at <= due.quiet_finished && !trace.is_unfinished()) ||
           trace.lsn_min <= due.pinned;
}

void check_orders(const Fixture& fixture, const OpenTracesDue& due) {
    std::map<TraceId, int> expected;
    std::optional<Lsn> lowest;
    for (const OpenTrace& trace : fixture.all()) {
        if (is_due(trace, due)) expected[trace.id] = 1;
        if (!lowest || trace.lsn_min < *lowest) lowest = trace.lsn_min;
    }
    CHECK(fixture.due(due) == expected);
    CHECK(fixture.open.lsn_min() == lowest);
    std::size_t visited = 0;
    Duration last = never;
    bool is_ordered = true;
    fixture.open.visit_quietest([&](const OpenTrace& trace) {
        is_ordered &= last <= trace.last_at;
        last = trace.last_at;
        ++visited;
        return true;
    });
    CHECK(is_ordered);
    CHECK(visited == fixture.open.traces());
}

TEST_CASE("whatever comes and goes, the orders show what a look at every trace would") {
    Fixture fixture;
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t bound) { return random() % bound; };
    const auto some_time_ago = [&] {
        return fixture.now - Duration::seconds(static_cast<std::int64_t>(below(60)));
    };
    for (int step = 0; step < 4'000; ++step) {
        fixture.now = fixture.now + Duration::milliseconds(static_cast<std::int64_t>(below(400)));
        const auto all = below(8) == 0 ? fixture.all() : std::vector<OpenTrace>();
        if (all.empty()) {
            fixture.insert(document(below(60), 1 + below(5), below(4) == 0));
        } else {
            const OpenTrace& seen = all[below(all.size())];
            // Documents that arrive while somebody works on what they saw.
            if (below(2) == 0) fixture.insert(document(seen.id.low, 1 + below(9)));
            if (below(2) == 0)
                fixture.open.set_unfinished(seen);
            else
                fixture.open.forget(seen.id, seen.lsn_max, TraceRow{});
        }
        if (step % 16 != 0) continue;
        const Duration quiet = some_time_ago();
        check_orders(fixture, {.opened = some_time_ago(),
                               .quiet = quiet,
                               .quiet_finished = std::max(quiet, some_time_ago()),
                               .pinned = {below(fixture.next.value)}});
    }
}

TEST_CASE("who has seen enough is shown no more") {
    Fixture fixture;
    for (std::uint64_t i = 0; i < 100; ++i) fixture.insert(document(i, 1));
    int shown = 0;
    const auto look = [&](const OpenTrace&) { return ++shown < 3; };
    fixture.open.visit_due(
        {.opened = fixture.now, .quiet = never, .quiet_finished = never, .pinned = {}}, look);
    CHECK(shown == 3);
    shown = 0;
    fixture.open.visit_quietest(look);
    CHECK(shown == 3);
}

TEST_CASE("the bounds of a trace are those of the documents that it has") {
    Fixture fixture;
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t n) { return random() % n; };
    for (int step = 0; step < 2000; ++step) {
        Document one = document(below(5), below(6), below(3) == 0);
        one.header.start = Instant::from_seconds(static_cast<std::int64_t>(100 + below(50)));
        if (!one.header.in_progress)
            one.header.end =
                one.header.start + Duration::seconds(static_cast<std::int64_t>(below(50)));
        fixture.insert(std::move(one));
        if (below(20) == 0)
            fixture.open.forget({0x5f000000ULL << 32, below(5)}, {fixture.next.value - below(9)},
                                std::nullopt);
        for (const OpenTrace& trace : fixture.all()) {
            Instant start = trace.documents.front()->document.header.start;
            Instant end = trace.documents.front()->document.header.end;
            for (const DocumentPointer& each : trace.documents) {
                start = std::min(start, each->document.header.start);
                end = std::max(end, each->document.header.end);
            }
            CHECK(trace.start == start);
            CHECK(trace.end == end);
        }
    }
}

}  // namespace
}  // namespace tomograph
