#include <functional>

#include "store/operations/file_copy.h"
#include "store/store_fixture.h"

namespace tomograph {
namespace {

using namespace testing;

/// One life of a store from its first open to its close, the same each time: appends, flushes, late
/// fragments, telemetry, a merge, a backup, a compaction, retention. Remembers what was answered.
class ScriptedLife {
 public:
    ScriptedLife() { fixture.options.retention_age = Duration::days(2); }

    void run() {
        if (!fixture.open()) return;  // the disk was full, or the call failed: nothing was answered
        for (std::uint64_t round = 0; round < 4; ++round) {
            for (std::uint64_t i = 0; i < 3; ++i)
                send({.trace = trace_number(round * 3 + i), .padding = 300});
            if (round > 0) send({.trace = trace_number(round), .id = 2, .name = "late"});
            fixture.store->append_telemetry(R"({"n":1})", [](const Result<void>&) {});
            fixture.settle();
        }
        backup_ = fixture.store->snapshot({.destination = "/backup"});
        answered_at_backup_ = answered_;
        if (round_of_days_) fixture.advance(Duration::days(1));
        static_cast<void>(fixture.store->compact(ignore_progress));
        send({.trace = trace_number(50)});
        fixture.store->close();
        fixture.store.reset();
    }

    /// A new start finds all that was answered, and nothing that was not sent.
    void check(const std::string& directory, const std::vector<SegmentSpec>& answered) {
        fixture.store.reset();
        fixture.options.directory = directory;
        auto opened = fixture.open();
        // The call that was to fail may come only now, once.
        if (!opened) opened = fixture.open();
        REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message()));
        for (const SegmentSpec& spec : answered) {
            const auto got = fixture.store->get(std::span(&spec.trace, 1));
            REQUIRE(got);
            std::size_t found = 0;
            for (const StoredTrace& trace : *got)
                for (const StoredDocument& stored : trace.documents)
                    found += stored.document.bytes == json_of(spec) ? 1 : 0;
            CAPTURE(json_of(spec));
            CHECK(found == 1);
        }
        check_graph();
    }

    void check_all() {
        check("/data", answered_);
        if (backup_ && *backup_) check("/backup", answered_at_backup_);
    }

    StoreFixture fixture;
    std::vector<SegmentSpec> answered_;
    std::vector<SegmentSpec> answered_at_backup_;
    std::optional<Result<SnapshotReport>> backup_;
    bool round_of_days_ = true;

 private:
    void send(const SegmentSpec& spec) {
        bool is_answered = false;
        fixture.store->append(documents_of({spec}),
                              [&](const Result<void>& done) { is_answered = bool(done); });
        if (is_answered) answered_.push_back(spec);
    }

    /// The sums say exactly what the documents say.
    void check_graph() {
        MemoryStore oracle(fixture.options.groups);
        TraceQuery query{
            .range = range, .type = TimeRangeType::event, .before = {}, .limit = 1000, .sample = 1};
        const auto found = fixture.store->find(query);
        REQUIRE(found);
        for (const StoredTrace& trace : found->traces)
            for (const StoredDocument& stored : trace.documents)
                oracle.append({stored.document}, [](const Result<void>&) {});
        const auto graph = fixture.store->graph(range);
        REQUIRE(graph);
        CHECK(without_bounds(*graph) == without_bounds(*oracle.graph(range)));
    }

    static constexpr TimeRange range{Instant::from_seconds(test_second - 1'000),
                                     Instant::from_seconds(test_second + 100'000)};
};

TEST_CASE("whichever call of a whole life fails, nothing that was answered is lost") {
    ScriptedLife whole;
    whole.run();
    const std::uint64_t calls = whole.fixture.files.calls();
    REQUIRE(whole.answered_.size() == 16);
    REQUIRE(calls > 400);
    std::uint64_t unanswered = 0;
    for (std::uint64_t n = 1; n <= calls; ++n) {
        CAPTURE(n);
        ScriptedLife life;
        life.fixture.files.fail_call(n);
        life.run();
        unanswered += whole.answered_.size() - life.answered_.size();
        life.check_all();
    }
    MESSAGE(calls << " calls, " << unanswered << " appends not answered");
}

TEST_CASE(
    "whichever sync of a whole life fails, nothing that was answered is lost in a power cut") {
    for (std::uint64_t n = 1; n <= 120; ++n) {
        CAPTURE(n);
        ScriptedLife life;
        life.fixture.files.fail_sync(n);
        life.run();
        life.fixture.store.reset();
        life.fixture.files.power_cut();
        life.check_all();
    }
}

TEST_CASE("a disk that fills up at any moment loses nothing, and is used again when it has room") {
    ScriptedLife whole;
    whole.run();
    const std::uint64_t used = [&] {
        whole.fixture.files.set_capacity(1 << 30);
        const auto space = whole.fixture.files.space("/");
        return space->total_bytes - space->free_bytes;
    }();
    REQUIRE(used > 20'000);
    for (std::uint64_t capacity = 0; capacity < 2 * used; capacity += used / 60) {
        CAPTURE(capacity);
        ScriptedLife life;
        life.fixture.files.set_capacity(capacity);
        life.run();
        life.fixture.files.set_capacity(1 << 30);
        life.check_all();
        life.fixture.must_append({{.trace = trace_number(60)}});
        life.fixture.settle();
        CHECK(life.fixture.documents_in(trace_number(60)) == 1);
    }
}

TEST_CASE("a full disk heals while the store runs") {
    StoreFixture fixture;
    fixture.must_open();
    fixture.must_append({{.trace = trace_number(1)}});
    fixture.files.set_capacity(1);
    std::uint64_t refused = 0;
    for (std::uint64_t i = 2; i < 60; ++i) {
        refused += fixture.append({{.trace = trace_number(i), .padding = 900}}) ? 0 : 1;
        fixture.advance(Duration::seconds(5));
    }
    CHECK(refused > 0);
    CHECK(fixture.documents_in(trace_number(1)) == 1);
    fixture.files.set_capacity(1 << 30);
    fixture.advance(Duration::seconds(10));  // P6: by itself, within ten seconds
    fixture.must_append({{.trace = trace_number(99)}});
    fixture.settle();
    fixture.kill();
    fixture.must_open();
    CHECK(fixture.documents_in(trace_number(1)) == 1);
    CHECK(fixture.documents_in(trace_number(99)) == 1);
}

TEST_CASE("a wall clock that jumps back and forth loses, doubles and reorders nothing") {
    StoreFixture fixture;
    MemoryStore oracle(fixture.options.groups);
    std::mt19937_64 random(3);
    std::vector<TraceId> ids;
    fixture.must_open();
    for (std::uint64_t i = 0; i < 60; ++i) {
        ids.push_back(trace_number(i));
        const SegmentSpec spec{.trace = ids.back(),
                               .start_ms = static_cast<std::int64_t>(i) * 100,
                               .end_ms = static_cast<std::int64_t>(i) * 100 + 50};
        fixture.must_append({spec});
        oracle.append(documents_of({spec}), [](const Result<void>&) {});
        const auto hours = static_cast<std::int64_t>(random() % 400) - 200;
        fixture.clock.jump(Duration::hours(hours));
        fixture.advance(Duration::seconds(static_cast<std::int64_t>(random() % 20)));
        if (i % 15 == 14) {
            fixture.kill();
            fixture.must_open();
        }
        // Back to about now, so that retention has no say in what is compared.
        fixture.clock.jump(Duration::hours(-hours));
    }
    fixture.settle();
    check_same(*fixture.store, oracle, ids,
               {Instant::from_seconds(test_second - 60), Instant::from_seconds(test_second + 600)});
}

}  // namespace
}  // namespace tomograph
