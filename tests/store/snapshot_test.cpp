#include "store/operations/snapshot.h"

#include <thread>

#include "store/operations/backup_list.h"
#include "store/operations/file_copy.h"
#include "store/store_fixture.h"
#include "store/store_image.h"
#include "support/temporary_directory.h"

namespace tomograph {
namespace {

using namespace testing;

constexpr TimeRange test_range{Instant::from_seconds(test_second - 1'000),
                               Instant::from_seconds(test_second + 100'000)};

/// A store with parts, late fragments, open traces and telemetry; and a plain one that got the
/// same.
struct Busy {
    explicit Busy(std::uint64_t seed = 0) : fixture(seed) {
        fixture.must_open();
        for (std::uint64_t i = 0; i < 40; ++i) {
            send({.trace = trace_number(i)});
            if (i % 8 == 7) fixture.settle();
            if (i > 12) send({.trace = trace_number(i - 12), .id = 2, .name = "late"});
        }
        fixture.store->append_telemetry(R"({"n":1})",
                                        [](const Result<void>& done) { CHECK(done); });
    }
    void send(const SegmentSpec& spec) {
        fixture.must_append({spec});
        oracle.append(documents_of({spec}), [](const Result<void>&) {});
        ids.push_back(spec.trace);
    }
    Result<SnapshotReport> snapshot(const std::string& destination,
                                    const std::string& previous = "") {
        return fixture.store->snapshot({.destination = destination, .previous = previous});
    }
    /// The backup, opened as a store, answers as the plain store does.
    void check(const std::string& directory) {
        MetricsRegistry registry;
        EmbeddedStoreOptions options = fixture.options;
        options.directory = directory;
        const auto opened = EmbeddedStore::open(fixture.files, fixture.clock, registry, options);
        REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message()));
        check_same(**opened, oracle, ids, test_range);
        CHECK((*opened)->recent_telemetry(10)->size() == 1);
        CHECK((*opened)->status().quarantined == 0);
    }

    StoreFixture fixture;
    MemoryStore oracle{fixture.options.groups};
    std::vector<TraceId> ids;
};

TEST_CASE("a snapshot holds all that was answered before, and the store goes on") {
    Busy busy;
    const auto report = busy.snapshot("/backup/one");
    REQUIRE_MESSAGE(report, (report ? "" : report.error().message()));
    CHECK(report->linked_files == busy.fixture.store->status().parts);
    CHECK(report->bytes > report->linked_bytes);
    CHECK_FALSE(*busy.fixture.files.exists("/backup/one.tmp"));
    Busy before;
    busy.send({.trace = trace_number(77)});
    busy.fixture.settle();
    check_same(*busy.fixture.store, busy.oracle, busy.ids, test_range);
    before.fixture.store.reset();
    before.fixture.files.process_kill();
    write_image(before.fixture.files, "/backup/one", read_image(busy.fixture.files, "/backup/one"));
    before.check("/backup/one");
}

TEST_CASE("a snapshot survives what happens to the store after it") {
    Busy busy;
    REQUIRE(busy.snapshot("/backup/one"));
    const StoreImage image = read_image(busy.fixture.files, "/backup/one");
    // Merges, recycled log segments, retention.
    for (std::uint64_t i = 0; i < 60; ++i) {
        busy.fixture.must_append({{.trace = trace_number(1'000 + i), .padding = 900}});
        if (i % 10 == 9) busy.fixture.settle();
    }
    busy.fixture.advance(Duration::days(31));
    CHECK(busy.fixture.documents_in(trace_number(1)) == 0);
    CHECK(read_image(busy.fixture.files, "/backup/one") == image);
    busy.fixture.clock.advance(Duration::days(-31));
    busy.check("/backup/one");
}

TEST_CASE("a power cut right after a snapshot loses nothing of it, one in the middle leaves none") {
    std::uint64_t calls = 0;
    for (std::uint64_t at = 1; at == 1 || at <= calls + 3; ++at) {
        CAPTURE(at);
        Busy busy(at);
        const std::uint64_t before = busy.fixture.files.calls();
        busy.fixture.files.crash_at_call(at);
        const auto written = busy.snapshot("/backup");
        if (at == 1) {
            busy.fixture.files.process_kill();
            busy.fixture.store.reset();
            busy.fixture.must_open();
            REQUIRE(busy.snapshot("/backup"));
            calls = busy.fixture.files.calls() - before;
            continue;
        }
        busy.fixture.cut_power();
        const auto exists = busy.fixture.files.exists("/backup");
        REQUIRE(exists);
        if (written) CHECK(*exists);
        if (*exists) busy.check("/backup");
        busy.fixture.must_open();
        check_same(*busy.fixture.store, busy.oracle, busy.ids, test_range);
    }
    CHECK(calls > 50);
}

TEST_CASE("a snapshot in which any call fails leaves nothing or is whole, and the next one works") {
    Busy busy;
    const std::uint64_t before = busy.fixture.files.calls();
    REQUIRE(busy.snapshot("/backup"));
    const std::uint64_t calls = busy.fixture.files.calls() - before;
    std::uint64_t failures = 0;
    for (std::uint64_t n = 1; n <= calls; ++n) {
        CAPTURE(n);
        REQUIRE(remove_tree(busy.fixture.files, "/backup"));
        busy.fixture.files.fail_call(n);
        const auto written = busy.snapshot("/backup");
        const auto exists = busy.fixture.files.exists("/backup");
        REQUIRE(exists);
        if (written) CHECK(*exists);
        if (!written) ++failures;
        // A failed link is made good by a copy; after a failed sync of the name it may be there.
        if (*exists) busy.check("/backup");
    }
    CHECK(failures > calls / 2);
    REQUIRE(remove_tree(busy.fixture.files, "/backup"));
    REQUIRE(busy.snapshot("/backup"));
    busy.check("/backup");
    const auto names = busy.fixture.files.list("/");
    REQUIRE(names);
    CHECK(*names == std::vector<std::string>{"backup", "data"});
}

TEST_CASE("an incremental snapshot shares the parts of the one before it") {
    Busy busy;
    REQUIRE(busy.snapshot("/backup/one"));
    busy.fixture.store->close();
    busy.fixture.store.reset();
    busy.fixture.must_open();
    const auto again = busy.snapshot("/backup/two", "/backup/one");
    REQUIRE(again);
    CHECK(again->linked_files > 0);
    busy.check("/backup/two");
}

TEST_CASE("what arrives and is written out while a snapshot is written is no part of it") {
    Busy busy;
    bool is_sent = false;
    REQUIRE(busy.fixture.store->snapshot(
        {.destination = "/backup", .progress = [&](const StoreProgress&) {
             if (is_sent) return true;
             is_sent = true;
             busy.fixture.store->append_telemetry(R"({"n":2})", [](const Result<void>&) {});
             busy.fixture.must_append({{.trace = trace_number(500)}});
             for (int i = 0; i < 20; ++i) busy.fixture.advance(Duration::seconds(31));
             return true;
         }}));
    CHECK(is_sent);
    CHECK(busy.fixture.store->recent_telemetry(10)->size() == 2);
    busy.check("/backup");
    // The number that the record had is given away again after a restore, and nothing is lost.
    busy.fixture.store.reset();
    busy.fixture.options.directory = "/backup";
    busy.fixture.must_open();
    busy.fixture.store->append_telemetry(R"({"n":3})", [](const Result<void>&) {});
    for (int i = 0; i < 20; ++i) busy.fixture.advance(Duration::seconds(31));
    CHECK(busy.fixture.store->recent_telemetry(10)->size() == 2);
}

TEST_CASE("a snapshot goes only to where nothing is") {
    Busy busy;
    REQUIRE(busy.fixture.files.make_directories("/backup/full/of"));
    const auto refused = busy.snapshot("/backup/full");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::conflict);
    REQUIRE(busy.fixture.files.make_directories("/backup/empty"));
    CHECK(busy.snapshot("/backup/empty"));
    const auto cancelled = busy.fixture.store->snapshot(
        {.destination = "/backup/none", .progress = [](const StoreProgress&) { return false; }});
    REQUIRE_FALSE(cancelled);
    CHECK(cancelled.error().code() == ErrorCode::cancelled);
    CHECK(*busy.fixture.files.list("/backup") == std::vector<std::string>{"empty", "full"});
}

TEST_CASE("progress of a snapshot ends where its total is") {
    Busy busy;
    StoreProgress last;
    bool is_rising = true;
    REQUIRE(busy.fixture.store->snapshot(
        {.destination = "/backup", .progress = [&](const StoreProgress& now) {
             is_rising &= now.done_bytes >= last.done_bytes;
             last = now;
             return true;
         }}));
    CHECK(is_rising);
    CHECK(last.done_bytes == last.total_bytes);
    CHECK(last.total_bytes > 0);
}

TEST_CASE("a compaction leaves one part a day and changes no answer") {
    Busy busy;
    busy.send({.trace = trace_number(90, test_second - 86'400),
               .start_ms = -86'400'000,
               .end_ms = -86'399'000});
    busy.fixture.settle();
    CHECK(busy.fixture.store->status().parts > 2);
    const auto merges = busy.fixture.store->compact(ignore_progress);
    REQUIRE(merges);
    CHECK(*merges > 0);
    CHECK(busy.fixture.store->status().parts == 2);
    check_same(*busy.fixture.store, busy.oracle, busy.ids, test_range);
    CHECK(*busy.fixture.store->compact(ignore_progress) == 0);
    REQUIRE(busy.snapshot("/backup"));
    busy.check("/backup");
}

TEST_CASE("a snapshot and a compaction run beside appends, flushes and merges") {
    silence_log();
    const TemporaryDirectory directory;
    const auto files = make_real_file_system();
    const RealClock clock;
    EmbeddedStoreOptions options = small_options();
    options.directory = directory.path() + "/data";
    options.background = true;
    options.retention_age = {};
    options.flush_interval = options.seal_idle_complete = options.seal_idle =
        Duration::milliseconds(5);
    options.wal_segment_bytes = 64 << 10;
    std::atomic<std::uint64_t> answered{0};
    std::vector<std::pair<std::string, std::uint64_t>> backups;
    const auto number_sent = [](std::uint64_t n) {
        return trace_number(n, test_second + static_cast<std::int64_t>(n / 50));
    };
    {
        MetricsRegistry registry;
        auto store = EmbeddedStore::open(*files, clock, registry, options);
        REQUIRE(store);
        std::atomic<bool> is_done{false};
        std::thread sender([&] {
            for (std::uint64_t n = 0; !is_done; ++n) {
                std::atomic<int> state{0};
                (*store)->append(documents_of({{.trace = number_sent(n), .padding = 200}}),
                                 [&](const Result<void>& done) { state = done ? 1 : 2; });
                while (state == 0) std::this_thread::yield();
                if (state == 2)
                    --n;
                else
                    answered = n + 1;
            }
        });
        while (answered < 50) std::this_thread::yield();
        for (int i = 0; i < 6; ++i) {
            const std::string destination = fmt::format("{}/backup-{}", directory.path(), i);
            const std::uint64_t before = answered;
            const auto written =
                (*store)->snapshot({.destination = destination,
                                    .previous = backups.empty() ? "" : backups.back().first});
            CHECK_MESSAGE(written, (written ? "" : written.error().message()));
            if (written) backups.emplace_back(destination, before);
            if (i % 2 == 1) CHECK((*store)->compact(ignore_progress));
            const std::uint64_t more = answered + 100;
            while (answered < more) std::this_thread::yield();
        }
        is_done = true;
        sender.join();
    }
    options.background = false;
    for (const auto& [path, count] : backups) {
        options.directory = path;
        MetricsRegistry registry;
        const auto store = EmbeddedStore::open(*files, clock, registry, options);
        REQUIRE_MESSAGE(store, (store ? "" : store.error().message()));
        CHECK((*store)->status().quarantined == 0);
        std::uint64_t found = 0;
        for (std::uint64_t n = 0; n < count; ++n) {
            const TraceId id = number_sent(n);
            const auto got = (*store)->get(std::span(&id, 1));
            found += got && got->size() == 1 && got->front().documents.size() == 1;
        }
        CHECK(found == count);
    }
}

TEST_CASE("the list of a backup is read back, and damage to it is told") {
    const BackupList list{.store_id = 7,
                          .taken = Instant::from_seconds(test_second),
                          .files = {{.path = "VERSION", .bytes = 28, .crc32c = 0xabc},
                                    {.path = "spans/20261118/a b.part", .bytes = 9, .crc32c = {}}}};
    const std::string text = encode_backup_list(list);
    CHECK(
        text.starts_with("tomograph-backup 1 0000000000000007 1795000000000000000\n"
                         "28 00000abc VERSION\n9 - spans/20261118/a b.part\nend "));
    const auto read = decode_backup_list(text);
    REQUIRE(read);
    CHECK(encode_backup_list(*read) == text);
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string damaged = text;
        damaged[i] = static_cast<char>(damaged[i] ^ 1);
        CHECK_FALSE(decode_backup_list(damaged));
        CHECK_FALSE(decode_backup_list(text.substr(0, i)));
    }
    BackupList leaving = list;
    leaving.files.front().path = "../VERSION";
    CHECK_FALSE(decode_backup_list(encode_backup_list(leaving)));
}

}  // namespace
}  // namespace tomograph
