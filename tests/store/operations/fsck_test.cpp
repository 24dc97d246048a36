#include "store/operations/fsck.h"

#include "store/operations/file_copy.h"
#include "store/operations/restore.h"
#include "store/store_fixture.h"
#include "store/store_image.h"

namespace tomograph {
namespace {

using namespace testing;

constexpr std::uint64_t traces = 24;

/// Merged and single parts, fragments, open traces, telemetry; dead, and a backup of it.
struct DeadStore {
    DeadStore() {
        fixture.must_open();
        for (std::uint64_t i = 0; i < traces; ++i) {
            send({.trace = trace_number(i)});
            if (i > 6) send({.trace = trace_number(i - 6), .id = 2, .name = "late"});
            if (i % 4 == 3 && i + 4 < traces) fixture.settle();
        }
        REQUIRE(fixture.store->snapshot({.destination = "/backup"}));
        fixture.kill();
    }
    void send(const SegmentSpec& spec) {
        fixture.must_append({spec});
        oracle.append(documents_of({spec}), [](const Result<void>&) {});
    }
    void check() {
        fixture.must_open();
        std::vector<TraceId> ids;
        for (std::uint64_t i = 0; i < traces; ++i) ids.push_back(trace_number(i));
        check_same(
            *fixture.store, oracle, ids,
            {Instant::from_seconds(test_second - 60), Instant::from_seconds(test_second + 600)});
    }
    VerifyReport verify(const std::string& directory = "/data") {
        auto report = verify_store(fixture.files, directory, ignore_progress);
        REQUIRE_MESSAGE(report, (report ? "" : report.error().message()));
        return std::move(*report);
    }
    FsckReport repair() {
        auto report = fsck_store(fixture.files, "/data", true, ignore_progress);
        REQUIRE_MESSAGE(report, (report ? "" : report.error().message()));
        return std::move(*report);
    }
    std::string file_that_ends_with(std::string_view end) {
        for (const auto& [name, bytes] : read_image(fixture.files, "/data"))
            if (name.ends_with(end)) return name;
        FAIL("no such file");
        return "";
    }

    StoreFixture fixture;
    MemoryStore oracle{fixture.options.groups};
};

TEST_CASE("a store that a kill left has nothing to repair, and neither has its backup") {
    DeadStore store;
    for (const char* directory : {"/data", "/backup"}) {
        CAPTURE(directory);
        const VerifyReport report = store.verify(directory);
        CHECK(report.damage.empty());
        CHECK(report.unlisted.empty());
        CHECK(report.files > 5);
    }
    const StoreImage before = read_image(store.fixture.files, "/data");
    CHECK(store.repair().repairs.empty());
    CHECK(read_image(store.fixture.files, "/data") == before);
    store.check();
}

TEST_CASE("every flipped byte that matters is reported with its file, and verify changes nothing") {
    for (const char* directory : {"/data", "/backup"}) {
        DeadStore store;
        const StoreImage image = read_image(store.fixture.files, directory);
        for (const auto& [name, bytes] : image) {
            const auto used = bytes.find_last_not_of('\0');
            if (used == std::string::npos) continue;
            for (std::size_t at = 0; at <= used; at += 1 + used / 37) {
                const std::string path = std::string(directory) + "/" + name;
                CAPTURE(path);
                CAPTURE(at);
                REQUIRE(store.fixture.files.flip(path, at, 4));
                const VerifyReport report = store.verify(directory);
                // One copy of what exists twice may be damaged without harm; padding has no say.
                for (const Damage& damage : report.damage) {
                    const bool is_named = damage.file == name || name == "CURRENT" ||
                                          name == "VERSION" || name.starts_with("manifest");
                    CHECK_MESSAGE(is_named, damage.file);
                }
                if (name.ends_with(".part")) CHECK(report.damage.size() == 1);
                REQUIRE(store.fixture.files.flip(path, at, 4));
            }
        }
        CHECK(read_image(store.fixture.files, directory) == image);
        CHECK(store.verify(directory).damage.empty());
    }
}

TEST_CASE("verify names column and offset of a damaged chunk") {
    DeadStore store;
    const std::string part = store.file_that_ends_with(".part");
    REQUIRE(store.fixture.files.flip("/data/" + part, 70, 1));
    const VerifyReport report = store.verify();
    REQUIRE(report.damage.size() == 1);
    CHECK(report.damage.front().file == part);
    CHECK(report.damage.front().what.find("group 0: column 0 chunk 0 at 64") != std::string::npos);
    CHECK_FALSE(report.damage.front().is_unusable);
    // The rest of it serves: a repair leaves it alone.
    CHECK(store.repair().repairs.empty());
    CHECK(*store.fixture.files.exists("/data/" + part));
}

TEST_CASE("a part without its end goes to quarantine, the others serve") {
    DeadStore store;
    const std::string part = store.file_that_ends_with(".part");
    const auto bytes = read_file(store.fixture.files, "/data/" + part, 1 << 20);
    REQUIRE(bytes);
    REQUIRE(replace_file(store.fixture.files, "/data/" + part, bytes->substr(0, 200)));
    const FsckReport report = store.repair();
    CHECK(report.repairs.size() == 1);
    CHECK_FALSE(*store.fixture.files.exists("/data/" + part));
    CHECK(store.verify().damage.empty());
    store.fixture.must_open();
    CHECK(store.fixture.store->status().quarantined == 1);
}

TEST_CASE("a lost manifest is made again from the parts, and nothing is lost or counted twice") {
    for (const bool with_current : {false, true}) {
        CAPTURE(with_current);
        DeadStore store;
        REQUIRE(remove_tree(store.fixture.files, "/data/manifest"));
        if (!with_current) REQUIRE(store.fixture.files.remove("/data/CURRENT"));
        const auto refused = store.fixture.open();
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code() == ErrorCode::corrupt);
        CHECK(store.verify().damage.size() == 1);
        const FsckReport report = store.repair();
        CHECK_FALSE(report.repairs.empty());
        CHECK(store.verify().damage.empty());
        store.check();
    }
}

TEST_CASE("parts that a merge replaced are not counted twice when the manifest is lost") {
    StoreFixture fixture;
    MemoryStore oracle{fixture.options.groups};
    fixture.must_open();
    std::vector<TraceId> ids;
    for (std::uint64_t i = 0; i < 2; ++i) {
        ids.push_back(trace_number(i));
        const SegmentSpec spec{.trace = ids.back()};
        fixture.must_append({spec});
        oracle.append(documents_of({spec}), [](const Result<void>&) {});
        fixture.settle();
    }
    CHECK(fixture.store->status().parts == 2);
    const StoreImage before = read_image(fixture.files, "/data");
    REQUIRE(fixture.store->compact(ignore_progress));
    CHECK(fixture.store->status().parts == 1);
    fixture.kill();
    for (const auto& [name, bytes] : before)
        if (name.ends_with(".part")) REQUIRE(replace_file(fixture.files, "/data/" + name, bytes));
    REQUIRE(remove_tree(fixture.files, "/data/manifest"));
    const auto report = fsck_store(fixture.files, "/data", true, ignore_progress);
    REQUIRE(report);
    CHECK(report->repairs.size() == 3);
    fixture.must_open();
    CHECK(fixture.store->status().parts == 1);
    check_same(*fixture.store, oracle, ids,
               {Instant::from_seconds(test_second - 60), Instant::from_seconds(test_second + 600)});
}

TEST_CASE("a store in use is not checked, and a directory that is none is told") {
    DeadStore store;
    store.fixture.must_open();
    const auto used = fsck_store(store.fixture.files, "/data", true, ignore_progress);
    REQUIRE_FALSE(used);
    CHECK(used.error().code() == ErrorCode::conflict);
    REQUIRE(store.fixture.files.make_directories("/empty"));
    for (const char* directory : {"/empty", "/none"}) {
        const auto none = fsck_store(store.fixture.files, directory, false, ignore_progress);
        REQUIRE_FALSE(none);
        CHECK(none.error().code() == ErrorCode::not_found);
    }
}

TEST_CASE("a restored store answers as the one that was backed up") {
    DeadStore store;
    const auto report =
        restore_store(store.fixture.files, "/backup", "/again/data", ignore_progress);
    REQUIRE_MESSAGE(report, (report ? "" : report.error().message()));
    CHECK(report->files > 4);
    CHECK_FALSE(*store.fixture.files.exists("/again/data/BACKUP"));
    store.fixture.options.directory = "/again/data";
    // Nothing is shared with the backup: what happens to one does not happen to the other.
    const StoreImage backup = read_image(store.fixture.files, "/backup");
    REQUIRE(remove_tree(store.fixture.files, "/data"));
    store.fixture.must_open();
    store.fixture.settle();
    CHECK(read_image(store.fixture.files, "/backup") == backup);
    store.fixture.store.reset();
    store.fixture.files.process_kill();
    store.check();
}

TEST_CASE(
    "a damaged backup is not restored, a full directory not touched, no failure leaves a half") {
    DeadStore store;
    FaultFileSystem& files = store.fixture.files;
    const auto restore = [&](const std::string& to) {
        return restore_store(files, "/backup", to, ignore_progress);
    };
    const auto full = restore("/data");
    REQUIRE_FALSE(full);
    CHECK(full.error().code() == ErrorCode::conflict);
    CHECK(restore_store(files, "/data", "/new", ignore_progress).error().code() ==
          ErrorCode::not_found);
    const std::uint64_t before = files.calls();
    REQUIRE(restore("/first"));
    const std::uint64_t calls = files.calls() - before;
    for (std::uint64_t n = 1; n <= calls; n += 3) {
        CAPTURE(n);
        REQUIRE(remove_tree(files, "/new"));
        files.fail_call(n);
        const auto restored = restore("/new");
        const auto exists = files.exists("/new");
        REQUIRE(exists);
        if (restored) CHECK(*exists);
        if (*exists) CHECK(verify_store(files, "/new", ignore_progress)->damage.empty());
    }
    const std::string part = store.file_that_ends_with(".part");
    REQUIRE(files.flip("/backup/" + part, 100, 1));
    const auto damaged = restore("/other");
    REQUIRE_FALSE(damaged);
    CHECK(damaged.error().code() == ErrorCode::corrupt);
    CHECK_FALSE(*files.exists("/other"));
}

/// Sums of a day by 5 minutes, of an older month by the hour, and parts; dead, with a backup.
struct FoldedStore {
    FoldedStore() {
        fixture.options.retention_age = Duration::days(1);
        fixture.must_open();
        fill(1);
        fixture.clock.advance(Duration::days(70));
        fixture.advance(Duration::minutes(2));
        fill(2);
        fixture.clock.advance(Duration::days(10));
        fixture.advance(Duration::minutes(2));
        fill(3);
        sums = graph();
        REQUIRE(fixture.store->snapshot({.destination = "/backup"}));
        fixture.kill();
    }
    void fill(std::uint64_t number) {
        const std::int64_t second = fixture.clock.now().second();
        fixture.must_append({{.trace = trace_number(number, second),
                              .start_ms = (second - test_second) * 1000,
                              .end_ms = (second - test_second) * 1000 + 70}});
        fixture.settle();
    }
    GraphRollup graph() {
        const auto read =
            fixture.store->graph({Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)});
        REQUIRE(read);
        return *read;
    }
    std::vector<std::string> rollups(const std::string& directory) {
        std::vector<std::string> names;
        for (const auto& [name, bytes] : read_image(fixture.files, directory))
            if (name.ends_with(".rollup")) names.push_back(name);
        return names;
    }

    StoreFixture fixture;
    GraphRollup sums;
};

TEST_CASE("a backup has the sums of what expired, and a store restored from it answers the same") {
    FoldedStore store;
    REQUIRE(store.rollups("/data").size() == 2);
    CHECK(store.rollups("/backup") == store.rollups("/data"));
    REQUIRE(restore_store(store.fixture.files, "/backup", "/again", ignore_progress));
    store.fixture.options.directory = "/again";
    store.fixture.must_open();
    CHECK(store.graph() == store.sums);
    CHECK(store.fixture.store->status().quarantined == 0);
}

TEST_CASE("verify reads rollup files, and fsck sets aside those that cannot be used") {
    for (const char* directory : {"/data", "/backup"}) {
        FoldedStore store;
        const std::string name = store.rollups(directory).front();
        const std::string path = std::string(directory) + "/" + name;
        const std::string bytes = *read_file(store.fixture.files, path, 1 << 20);
        std::string bad = bytes;
        bad[70] = static_cast<char>(bad[70] ^ 1);
        REQUIRE(replace_file(store.fixture.files, path, bad));
        auto report = verify_store(store.fixture.files, directory, ignore_progress);
        REQUIRE(report);
        REQUIRE(report->damage.size() == 1);
        CHECK(report->damage.front().file == name);
        CHECK_FALSE(report->damage.front().is_unusable);
        REQUIRE(replace_file(store.fixture.files, path, bytes.substr(0, 40)));
        report = verify_store(store.fixture.files, directory, ignore_progress);
        REQUIRE(report);
        CHECK(report->damage.front().is_unusable);
        if (std::string_view(directory) != "/data") continue;
        REQUIRE(fsck_store(store.fixture.files, "/data", true, ignore_progress));
        CHECK(verify_store(store.fixture.files, "/data", ignore_progress)->damage.empty());
        store.fixture.must_open();
        CHECK(store.fixture.store->status().quarantined == 1);
        CHECK(store.graph() != store.sums);
    }
}

TEST_CASE("sums of what expired survive the loss of the manifest") {
    FoldedStore store;
    // Else the log, whose floor is lost as well, would bring back what expired.
    store.fixture.must_open();
    store.fixture.store->close();
    store.fixture.store.reset();
    REQUIRE(remove_tree(store.fixture.files, "/data/manifest"));
    REQUIRE(store.fixture.files.remove("/data/CURRENT"));
    REQUIRE_FALSE(store.fixture.open());
    REQUIRE(fsck_store(store.fixture.files, "/data", true, ignore_progress));
    store.fixture.must_open();
    CHECK(store.graph() == store.sums);
    store.fixture.advance(Duration::days(400));
    CHECK(store.fixture.store->status().quarantined == 0);
}

}  // namespace
}  // namespace tomograph
