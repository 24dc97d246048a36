#include "store/signal/signal.h"

#include <random>
#include <set>

#include "store/keys_fixture.h"
#include "store/operations/fsck.h"
#include "store/operations/restore.h"
#include "store/signal/line_signal.h"
#include "store/store_fixture.h"

namespace tomograph::testing {
namespace {

/// A store with a signal of lines, small in every direction.
struct SignalFixture : StoreFixture {
    explicit SignalFixture(std::uint64_t seed = 0, EmbeddedStoreOptions its = small_options())
        : StoreFixture(seed, std::move(its)) {
        signal_options.name = "logs";
        signal_options.wal_segment_bytes = 16 << 10;
        signal_options.wal_first_segment_bytes = 8 << 10;
        signal_options.flush_bytes = 2000;
        signal_options.merge_fan_in = 3;
    }

    Result<void> open_all() {
        store.reset();
        signal.reset();
        content = std::make_unique<LineContent>();
        signal_registry = std::make_unique<MetricsRegistry>();
        signal = std::make_unique<Signal>(signal_options, *content, *signal_registry);
        options.signals = {signal.get()};
        return open();
    }
    void must_open_all() {
        const auto opened = open_all();
        REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message()));
    }
    void kill_all() {
        files.crash_at_call(1);
        store.reset();
        files.process_kill();
    }
    void cut_all() {
        files.crash_at_call(1);
        store.reset();
        files.power_cut();
    }
    Result<void> append(std::string line) {
        std::optional<Result<void>> answer;
        signal->append(std::move(line), [&](const Result<void>& done) { answer.emplace(done); });
        REQUIRE(answer);
        return *answer;
    }
    void must_append(std::string line) {
        const auto done = append(std::move(line));
        REQUIRE_MESSAGE(done, (done ? "" : done.error().message()));
    }
    std::multiset<std::string> lines() {
        std::size_t twice = 0;
        std::multiset<std::string> texts;
        for (const auto& line : content->all(*signal, twice)) texts.insert(line.second);
        CHECK(twice == 0);
        return texts;
    }
    void flush() {
        clock.advance(signal_options.flush_age);
        signal->tick();
    }

    SignalOptions signal_options;
    std::unique_ptr<LineContent> content;
    std::unique_ptr<MetricsRegistry> signal_registry;
    std::unique_ptr<Signal> signal;

    ~SignalFixture() { store.reset(); }
};

}  // namespace

TEST_CASE("a signal that nobody uses makes no folder") {
    SignalFixture fixture;
    fixture.must_open_all();
    fixture.signal->tick();
    CHECK_FALSE(*fixture.files.exists("/data/logs"));
    fixture.must_append("first");
    CHECK(*fixture.files.exists("/data/logs/CURRENT"));
    CHECK(fixture.lines() == std::multiset<std::string>{"first"});
}

TEST_CASE("records of a signal outlive kills, power cuts and orderly ends") {
    SignalFixture fixture;
    fixture.must_open_all();
    std::multiset<std::string> expected;
    for (int i = 0; i < 40; ++i) {
        const std::string line = fmt::format("line {} {}", i, std::string(100, 'x'));
        fixture.must_append(line);
        expected.insert(line);
        if (i % 7 == 3) fixture.signal->tick();
        if (i == 10) fixture.kill_all();
        if (i == 20) fixture.cut_all();
        if (i == 30) fixture.store->close();
        if (i % 10 == 0 && i > 0) fixture.must_open_all();
        CHECK(fixture.lines() == expected);
    }
    CHECK_FALSE(fixture.signal->view()->parts.empty());
}

TEST_CASE("parts of a signal are merged, and go by age and by the room they take") {
    SignalFixture fixture;
    fixture.signal_options.retention_age = Duration::days(2);
    fixture.must_open_all();
    for (int i = 0; i < 9; ++i) {
        fixture.must_append(fmt::format("line {}", i));
        fixture.flush();
    }
    for (int i = 0; i < 5; ++i) fixture.signal->tick();
    CHECK(fixture.signal->view()->parts.size() <= 3);
    CHECK(fixture.lines().size() == 9);

    fixture.clock.advance(Duration::days(3));
    fixture.must_append("young");
    for (int i = 0; i < 3; ++i) fixture.flush();
    CHECK(fixture.lines() == std::multiset<std::string>{"young"});

    fixture.signal_options.disk_budget_bytes = 1;
    fixture.must_open_all();
    fixture.flush();
    CHECK(fixture.lines().empty());
    CHECK(all_files(fixture.files, "/data/logs/parts").empty());
}

TEST_CASE("a wall clock that jumps removes no part of a signal") {
    SignalFixture fixture;
    fixture.signal_options.retention_age = Duration::days(2);
    fixture.must_open_all();
    fixture.must_append("kept");
    fixture.flush();
    fixture.clock.jump(Duration::days(400));
    fixture.flush();
    CHECK(fixture.lines().size() == 1);
}

TEST_CASE("a signal takes nothing above its memory, and everything again after a flush") {
    SignalFixture fixture;
    fixture.signal_options.open_bytes_max = 1000;
    fixture.must_open_all();
    fixture.must_append(std::string(1500, 'a'));
    const auto refused = fixture.append("b");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::unavailable);
    fixture.flush();
    fixture.must_append("c");
}

TEST_CASE("the data of a sealed signal is not readable in its files, and its key can change") {
    SignalFixture fixture(3, sealed_options("a"));
    fixture.must_open_all();
    fixture.must_append("very secret words");
    fixture.flush();
    fixture.must_append("more secret words");
    for (const auto& [name, bytes] : all_files(fixture.files, "/data/logs"))
        CHECK_MESSAGE(bytes.find("secret") == std::string::npos, name);

    REQUIRE(fixture.store->change_master_key(key_of('b')));
    for (int i = 0; i < 5; ++i) fixture.advance(Duration::minutes(11));
    CHECK(fixture.store->status().encryption.state == EncryptionState::active);
    fixture.kill_all();
    fixture.options.master_keys = keys_of("b");
    fixture.must_open_all();
    CHECK(fixture.lines().size() == 2);
}

TEST_CASE("a backup has a signal's records, and verify and fsck know its folder") {
    SignalFixture fixture;
    fixture.must_open_all();
    fixture.must_append("in a part");
    fixture.flush();
    fixture.must_append("in the log");
    REQUIRE(fixture.store->snapshot({.destination = "/backup"}));
    fixture.must_append("later");
    fixture.store->close();

    const auto verified = verify_store(fixture.files, "/backup", ignore_progress);
    REQUIRE(verified);
    CHECK(verified->damage.empty());
    CHECK(verified->unlisted.empty());
    fixture.store.reset();
    REQUIRE(restore_store(fixture.files, "/backup", "/restored", ignore_progress));
    fixture.options.directory = "/restored";
    fixture.must_open_all();
    CHECK(fixture.lines() == std::multiset<std::string>{"in a part", "in the log"});
    fixture.store->close();
    fixture.store.reset();

    std::string part;
    part = all_files(fixture.files, "/restored/logs/parts").front().first;
    REQUIRE(fixture.files.flip(part, 30, 0xff));
    auto damaged = verify_store(fixture.files, "/restored", ignore_progress);
    REQUIRE(damaged);
    CHECK(damaged->damage.size() == 1);
    CHECK(damaged->damage.front().file.starts_with("logs/parts/"));
}

TEST_CASE("fsck makes the lost manifest of a signal again") {
    SignalFixture fixture;
    fixture.must_open_all();
    for (int i = 0; i < 5; ++i) {
        fixture.must_append(fmt::format("line {}", i));
        fixture.flush();
        fixture.signal->tick();
    }
    fixture.must_append("in the log");
    fixture.kill_all();
    fixture.store.reset();
    for (const auto& file : all_files(fixture.files, "/data/logs/manifest"))
        REQUIRE(fixture.files.remove(file.first));
    const auto refused = fixture.open_all();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::corrupt);
    fixture.store.reset();
    fixture.signal.reset();

    const auto report = fsck_store(fixture.files, "/data", true, ignore_progress);
    REQUIRE_MESSAGE(report, (report ? "" : report.error().message()));
    CHECK_FALSE(report->repairs.empty());
    fixture.must_open_all();
    CHECK(fixture.lines().size() == 6);
}

// What was answered is there once after every crash, wherever it falls; what was not answered may
// be there or not.
TEST_CASE("made-up lives of a signal lose nothing that was answered") {
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        SignalFixture fixture(seed, random() % 2 == 0 ? sealed_options("a") : small_options());
        fixture.signal_options.flush_bytes = 200 + random() % 2000;
        std::set<std::string> answered;
        std::set<std::string> sent;
        unsigned number = 0;
        for (int session = 0; session < 5; ++session) {
            if (random() % 2 == 0) fixture.files.crash_at_call(1 + random() % 150);
            const auto opened = fixture.open_all();
            for (int step = 0; opened && step < 30 && !fixture.files.crashed(); ++step) {
                const std::string line =
                    fmt::format("{} {}", number++, std::string(random() % 300, 'y'));
                sent.insert(line);
                if (fixture.append(line)) answered.insert(line);
                if (random() % 5 == 0) fixture.flush();
                if (random() % 20 == 0) fixture.files.fail_call(1 + random() % 20);
            }
            if (random() % 4 == 0 && fixture.store) fixture.store->close();
            if (random() % 2 == 0)
                fixture.kill_all();
            else
                fixture.cut_all();
            fixture.must_open_all();
            const auto found = fixture.lines();
            const std::set<std::string> once(found.begin(), found.end());
            REQUIRE(once.size() == found.size());
            for (const std::string& line : answered) REQUIRE_MESSAGE(once.contains(line), line);
            for (const std::string& line : once) REQUIRE_MESSAGE(sent.contains(line), line);
        }
    }
}

}  // namespace tomograph::testing
