#include "store/judged_group.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

constexpr TimeRange all_time{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};

/// An engine and a plain store that are given the same, and a group in both.
class Judged {
 public:
    explicit Judged(std::uint64_t seed, EmbeddedStoreOptions options = small_options())
        : random(seed) {
        options.groups = group;
        fixture = std::make_unique<StoreFixture>(seed, std::move(options));
        fixture->must_open();
    }

    std::uint64_t below(std::uint64_t n) { return random() % n; }

    std::vector<SegmentSpec> some() {
        std::vector<SegmentSpec> specs;
        for (std::uint64_t n = 1 + below(3); n > 0; --n) {
            SegmentSpec spec{.trace = trace_number(below(10)), .id = 1 + below(6)};
            spec.start_ms = static_cast<std::int64_t>(spec.id) * 25'000;
            spec.end_ms = spec.start_ms + 100;
            spec.status = below(5) == 0 ? 503 : 200;
            spec.mark = below(2) == 0 ? "even" : "odd";
            specs.push_back(spec);
        }
        return specs;
    }
    void append(const std::vector<SegmentSpec>& specs) {
        fixture->must_append(specs);
        oracle.append(documents_of(specs), [](const Result<void>&) {});
    }

    void edit(Wanted wanted) {
        if (is_judging()) fixture->store->stop_reevaluation();
        REQUIRE(fixture->store->between_appends([&](Lsn next) { group->edit(next, wanted); }));
    }
    void order() {
        const GroupId version = group->order();
        REQUIRE(fixture->store->reevaluate(version));
    }
    bool is_judging() const {
        return !group->versions().empty() && group->versions().back().use == GroupUse::judging;
    }
    bool is_done() const {
        const auto state = fixture->store->reevaluation();
        return state && state->is_done();
    }
    /// Ticks until all parts are done: each writes one.
    void judge_all() {
        for (int i = 0; i < 100 && !is_done(); ++i) fixture->advance(Duration::seconds(1));
        REQUIRE(is_done());
    }
    void take_over() {
        REQUIRE(fixture->store->end_reevaluation([&]() -> Result<void> {
            group->take_over();
            return {};
        }));
        CHECK(!fixture->store->reevaluation());
    }
    void restart() {
        fixture->kill();
        fixture->must_open();
        if (is_judging()) REQUIRE(fixture->store->reevaluate(group->versions().back().id));
    }

    GraphRollup graph(GroupId id, const TimeRange& range = all_time,
                      GraphGrain grain = GraphGrain::minute) const {
        const auto read = fixture->store->graph(range, grain, id);
        REQUIRE(read);
        return without_bounds(*read);
    }
    void check_version(GroupId id) {
        CAPTURE(id.value);
        const auto first = test_second + static_cast<std::int64_t>(below(180));
        const TimeRange some_time{Instant::from_seconds(first), Instant::from_seconds(first + 90)};
        for (const TimeRange& range : {all_time, some_time})
            for (const GraphGrain grain : {GraphGrain::minute, GraphGrain::whole})
                CHECK(graph(id, range, grain) == without_bounds(*oracle.graph(range, grain, id)));
        const GraphSeriesQuery query{.range = some_time,
                                     .period_minutes = 1,
                                     .group = id,
                                     .selection = {.nodes = {NodeSelector{}}}};
        const auto series = fixture->store->graph_series(query);
        REQUIRE(series);
        CHECK(*series == *oracle.graph_series(query));
    }
    /// What readers ask for at any time: the judging version only when it is done.
    void check() {
        for (const JudgedGroup::Version& version : group->versions())
            if (version.use != GroupUse::judging || is_done()) check_version(version.id);
        check_version({});
    }

    std::mt19937_64 random;
    std::shared_ptr<JudgedGroup> group = std::make_shared<JudgedGroup>();
    std::unique_ptr<StoreFixture> fixture;
    MemoryStore oracle{group};
};

Wanted wanted_number(std::uint64_t n) { return static_cast<Wanted>(n % 3); }

void live(std::uint64_t seed) {
    CAPTURE(seed);
    Judged judged(seed);
    for (int step = 0; step < 150; ++step) {
        const std::uint64_t what = judged.below(24);
        if (what < 11) judged.append(judged.some());
        if (what >= 11 && what < 16) judged.fixture->advance(Duration::seconds(31));
        if (what == 16) judged.edit(wanted_number(judged.below(3)));
        if (what >= 17 && what < 20 && !judged.is_judging() && !judged.group->versions().empty())
            judged.order();
        if (what == 20 && judged.is_judging() && judged.below(4) == 0) {
            judged.fixture->store->stop_reevaluation();
            judged.group->cancel();
        }
        if (what == 21) judged.check();
        if (what == 22) judged.restart();
        if (what == 23 && judged.is_judging()) {
            judged.fixture->advance(Duration::seconds(1));
            if (judged.below(2) == 0) judged.judge_all();
        }
        if (judged.is_judging() && judged.is_done() && judged.below(2) == 0) {
            judged.check();
            judged.take_over();
            judged.check();
        }
    }
    if (judged.group->versions().empty()) judged.edit(Wanted::odd_documents);
    if (!judged.is_judging()) judged.order();
    judged.judge_all();
    judged.take_over();
    judged.check();
    judged.fixture->settle();
    judged.check();
    judged.restart();
    judged.check();
    CHECK(judged.fixture->metric("tomograph_store_damaged_parts") == 0);
}

/// Parts with late fragments, and an order.
void prepare(Judged& judged) {
    judged.edit(Wanted::odd_documents);
    for (std::uint64_t i = 0; i < 12; ++i) {
        judged.append({{.trace = trace_number(i % 5), .id = 1 + i / 5, .mark = "even"}});
        if (i % 2 == 1) judged.fixture->advance(Duration::seconds(31));
    }
    judged.fixture->settle();
    judged.edit(Wanted::mark_even);
    judged.append({{.trace = trace_number(1), .id = 6}});
    judged.order();
}

void finish(Judged& judged) {
    judged.judge_all();
    judged.check();
    judged.take_over();
    judged.check();
    judged.restart();
    judged.check();
}

}  // namespace

TEST_CASE("stored traces are judged as if the filter had been there from the beginning") {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) live(seed);
}

TEST_CASE("an order that is in work changes no answer, and neither does one that was stopped") {
    Judged judged(1);
    prepare(judged);
    const GroupId judging = judged.group->versions().back().id;
    judged.check();
    judged.fixture->advance(Duration::seconds(1));
    const auto state = judged.fixture->store->reevaluation();
    REQUIRE(state);
    CHECK(state->version == judging);
    CHECK(state->parts_done == 1);
    CHECK(state->parts > 1);
    CHECK(state->bytes_done > 0);
    CHECK(state->bytes > state->bytes_done);
    CHECK_FALSE(state->waits_for_disk);
    judged.check();
    CHECK_FALSE(judged.fixture->store->end_reevaluation([]() -> Result<void> { return {}; }));
    CHECK(judged.fixture->store->compact(ignore_progress).error().code() == ErrorCode::conflict);
    judged.fixture->store->stop_reevaluation();
    judged.group->cancel();
    CHECK(!judged.fixture->store->reevaluation());
    judged.fixture->settle();
    judged.check();
    // A failed switch leaves it as it is.
    judged.order();
    judged.judge_all();
    const auto failed = judged.fixture->store->end_reevaluation(
        []() -> Result<void> { return Error(ErrorCode::io, "no"); });
    CHECK(failed.error().code() == ErrorCode::io);
    CHECK(judged.is_done());
    judged.take_over();
    judged.check();
}

TEST_CASE("a store without parts is done at once, and so is the group with what is open") {
    Judged judged(1);
    judged.append({{.trace = trace_number(1)}, {.trace = trace_number(2), .mark = "even"}});
    judged.check();
    judged.edit(Wanted::mark_even);
    judged.order();
    CHECK(judged.is_done());
    judged.take_over();
    judged.check();
    CHECK(judged.graph(judged.group->versions().back().id).cells.size() > 0);
}

TEST_CASE("any one failing call of the disk delays a re-evaluation, and changes nothing else") {
    std::uint64_t calls = 0;
    {
        Judged judged(1);
        prepare(judged);
        const std::uint64_t before = judged.fixture->files.calls();
        judged.judge_all();
        calls = judged.fixture->files.calls() - before;
    }
    REQUIRE(calls > 20);
    for (std::uint64_t n = 1; n <= calls; ++n) {
        CAPTURE(n);
        Judged judged(1);
        prepare(judged);
        judged.fixture->files.fail_call(n);
        finish(judged);
    }
}

TEST_CASE("a process that dies at any call begins the re-evaluation again") {
    std::uint64_t calls = 0;
    {
        Judged judged(1);
        prepare(judged);
        const std::uint64_t before = judged.fixture->files.calls();
        judged.judge_all();
        calls = judged.fixture->files.calls() - before;
    }
    for (std::uint64_t n = 1; n <= calls; ++n)
        for (const bool is_power_cut : {false, true}) {
            CAPTURE(n);
            CAPTURE(is_power_cut);
            Judged judged(1);
            prepare(judged);
            judged.fixture->files.crash_at_call(n);
            for (int i = 0; i < 30 && !judged.fixture->files.crashed(); ++i)
                judged.fixture->advance(Duration::seconds(1));
            judged.fixture->store.reset();
            if (is_power_cut)
                judged.fixture->files.power_cut();
            else
                judged.fixture->files.process_kill();
            judged.fixture->must_open();
            judged.check();
            REQUIRE(judged.fixture->store->reevaluate(judged.group->versions().back().id));
            finish(judged);
        }
}

TEST_CASE("a redaction in the middle takes its traces out of what is judged, too") {
    Judged judged(1);
    prepare(judged);
    judged.fixture->settle();
    judged.fixture->advance(Duration::seconds(1));
    const TraceId gone = trace_number(1);
    const auto report = judged.fixture->store->redact(std::span(&gone, 1));
    REQUIRE(report);
    CHECK(report->traces.size() == 1);
    judged.judge_all();
    judged.take_over();
    MemoryStore oracle(judged.group);
    for (std::uint64_t i = 0; i < 12; ++i)
        if (i % 5 != 1)
            oracle.append(
                documents_of({{.trace = trace_number(i % 5), .id = 1 + i / 5, .mark = "even"}}),
                [](const Result<void>&) {});
    for (const JudgedGroup::Version& version : judged.group->versions())
        CHECK(judged.graph(version.id) ==
              without_bounds(*oracle.graph(all_time, GraphGrain::minute, version.id)));
}

namespace {

enum class Expires : std::uint8_t { before_the_first_part, before_the_switch, after_the_switch };

std::int64_t requests(const GraphRollup& graph) {
    std::int64_t total = 0;
    for (const auto& [key, cell] : graph.cells)
        if (key.entry == GraphEntry::node && key.target.type != "client")
            total += cell.statistics.total();
    return total;
}

}  // namespace

TEST_CASE("traces that expire count once: as their time's filter did, or as they were judged") {
    for (const Expires when :
         {Expires::before_the_first_part, Expires::before_the_switch, Expires::after_the_switch})
        for (const bool has_pin : {false, true}) {
            CAPTURE(static_cast<int>(when));
            CAPTURE(has_pin);
            EmbeddedStoreOptions options = small_options();
            options.retention_age = Duration::days(3);
            Judged judged(1, options);
            judged.edit(Wanted::mark_even);
            // Of three traces a day one is even: yesterday and today, before and after an edit.
            const auto send = [&](std::uint64_t n, std::int64_t day) {
                const std::int64_t ms = day * 86'400'000;
                judged.append({{.trace = trace_number(n, test_second + day * 86'400),
                                .start_ms = ms,
                                .end_ms = ms + 100,
                                .mark = n % 3 == 0 ? "even" : "odd"}});
            };
            for (std::uint64_t n = 0; n < 6; ++n) send(n, n < 3 ? -1 : 0);
            judged.fixture->settle();
            judged.edit(Wanted::odd_documents);  // all of them
            const GroupId old = judged.group->versions().front().id;
            CHECK(requests(judged.graph(old)) == 2);
            if (has_pin) REQUIRE(judged.fixture->store->pin(trace_number(1, test_second - 86'400)));
            const auto expire = [&] {
                judged.fixture->clock.advance(Duration::hours(60));
                judged.fixture->advance(Duration::minutes(2));
                judged.fixture->advance(Duration::minutes(2));
                CHECK(judged.fixture->documents_in(trace_number(0, test_second - 86'400)) == 0);
                CHECK(judged.fixture->documents_in(trace_number(3)) == 1);
            };
            judged.order();
            if (when == Expires::before_the_first_part) expire();
            judged.judge_all();
            if (when == Expires::before_the_switch) expire();
            judged.take_over();
            if (when == Expires::after_the_switch) expire();
            const GroupId newest = judged.group->versions().back().id;
            for (int life = 0; life < 2; ++life) {
                const bool is_history = when != Expires::after_the_switch;
                CHECK(requests(judged.graph(old)) == (is_history ? 1 : 0));
                CHECK(requests(judged.graph(newest)) == (is_history ? 3 + (has_pin ? 1 : 0) : 6));
                CHECK(requests(judged.graph({})) == 6);
                judged.restart();
            }
        }
}

TEST_CASE("a re-evaluation waits for room on the disk, and says so") {
    Judged judged(1);
    prepare(judged);
    judged.fixture->files.set_capacity(1);
    judged.fixture->advance(Duration::seconds(1));
    const auto state = judged.fixture->store->reevaluation();
    REQUIRE(state);
    CHECK(state->waits_for_disk);
    CHECK(state->parts_done == 0);
    judged.fixture->files.set_capacity(std::uint64_t{1} << 40);
    judged.fixture->advance(Duration::seconds(31));
    finish(judged);
}
