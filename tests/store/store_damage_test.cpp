#include "store/store_fixture.h"
#include "store/store_image.h"

namespace tomograph {
namespace {

using namespace testing;

/// Some traces in a part, some in the log only.
StoreImage make_store() {
    StoreFixture fixture;
    fixture.must_open();
    for (std::uint64_t i = 0; i < 6; ++i) fixture.must_append({{.trace = trace_number(i)}});
    fixture.settle();
    for (std::uint64_t i = 6; i < 12; ++i) fixture.must_append({{.trace = trace_number(i)}});
    fixture.kill();
    return read_image(fixture.files, fixture.options.directory);
}

void restore(StoreFixture& fixture, const StoreImage& image) {
    write_image(fixture.files, fixture.options.directory, image);
}

/// Somebody who looks at the metrics learns of the damage.
bool is_counted(StoreFixture& fixture) {
    fixture.advance(Duration::seconds(1));  // the gauges are set
    return fixture.metric("tomograph_store_quarantine_files") > 0 ||
           fixture.metric("tomograph_store_damaged_reads_total") > 0 ||
           fixture.metric("tomograph_store_replay_damaged_bytes_total") > 0 ||
           fixture.metric("tomograph_store_replay_lost_documents_total") > 0;
}

TEST_CASE("one damaged byte anywhere never stops the store and never shows what was not sent") {
    const StoreImage image = make_store();
    std::mt19937_64 random(5);
    std::vector<TraceId> ids;
    for (std::uint64_t i = 0; i < 12; ++i) ids.push_back(trace_number(i));
    for (const auto& [path, bytes] : image) {
        const auto used = bytes.find_last_not_of('\0');
        if (used == std::string::npos) continue;
        for (std::size_t at = 0; at <= used; ++at) {
            CAPTURE(path);
            CAPTURE(at);
            StoreFixture fixture;
            restore(fixture, image);
            REQUIRE(fixture.files.flip("/data/" + path, at,
                                       static_cast<std::uint8_t>(1 << random() % 8)));
            fixture.must_open();
            const auto got = fixture.store->get(ids);
            REQUIRE(got);
            std::size_t found = 0;
            for (const StoredTrace& trace : *got) {
                REQUIRE(trace.documents.size() == 1);
                CHECK(trace.documents.front().document.bytes == json_of({.trace = trace.id}));
                ++found;
            }
            // A part's footer is the largest thing that one byte can hide.
            CHECK(found >= (path.ends_with(".part") ? 6 : 11));
            // The last frame of the log may as well be torn: nobody can tell (wal.md, "Reading").
            const bool is_end_of_log =
                path.starts_with("wal") && got->back().id != ids.back() && found == 11;
            if (found < ids.size() && !is_end_of_log) CHECK(is_counted(fixture));
            const TimeRange all{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};
            CHECK(fixture.store->graph(all));
            CHECK(fixture.store->find({.range = all, .before = {}}));
            fixture.must_append({{.trace = trace_number(99)}});
            fixture.settle();
            CHECK(fixture.documents_in(trace_number(99)) == 1);
        }
    }
}

TEST_CASE("a file cut to any length never stops the store and never shows what was not sent") {
    const StoreImage image = make_store();
    std::vector<TraceId> ids;
    for (std::uint64_t i = 0; i < 12; ++i) ids.push_back(trace_number(i));
    for (const auto& [path, bytes] : image) {
        for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 150) {
            CAPTURE(path);
            CAPTURE(size);
            StoreFixture fixture;
            restore(fixture, image);
            REQUIRE(replace_file(fixture.files, "/data/" + path, bytes.substr(0, size)));
            const auto opened = fixture.open();
            if (!opened) {
                // Without its only record nobody knows what is live; fsck can find out.
                CHECK(path.starts_with("manifest"));
                CHECK(opened.error().code() == ErrorCode::corrupt);
                continue;
            }
            const auto got = fixture.store->get(ids);
            REQUIRE(got);
            for (const StoredTrace& trace : *got) {
                REQUIRE(trace.documents.size() == 1);
                CHECK(trace.documents.front().document.bytes == json_of({.trace = trace.id}));
            }
            CHECK(got->size() >= (path.starts_with("manifest") ? 0 : 6));
            fixture.must_append({{.trace = trace_number(99)}});
            fixture.settle();
            CHECK(fixture.documents_in(trace_number(99)) == 1);
        }
    }
}

TEST_CASE("a part without its footer is set aside, the others serve") {
    const StoreImage image = make_store();
    StoreFixture fixture;
    restore(fixture, image);
    for (const auto& [path, bytes] : image)
        if (path.ends_with(".part"))
            REQUIRE(
                replace_file(fixture.files, "/data/" + path, bytes.substr(0, bytes.size() / 2)));
    fixture.must_open();
    CHECK(fixture.store->status().quarantined == 1);
    CHECK(fixture.store->status().parts == 0);
    CHECK(fixture.documents_in(trace_number(7)) == 1);
    fixture.kill();
    fixture.must_open();
    CHECK(fixture.store->status().quarantined == 1);
}

TEST_CASE("leftovers of unfinished publications are removed") {
    StoreFixture fixture;
    restore(fixture, make_store());
    const std::string day = "/data/spans/20261118/";
    REQUIRE(fixture.files.make_directories("/data/spans/20261118"));
    REQUIRE(replace_file(fixture.files, day + "L0-1-2-00000000000000ff.part", "not listed"));
    REQUIRE(fixture.files.open(day + "x.part.tmp", OpenMode::create));
    REQUIRE(fixture.files.open("/data/CURRENT.tmp", OpenMode::create));
    fixture.must_open();
    CHECK_FALSE(*fixture.files.exists(day + "L0-1-2-00000000000000ff.part"));
    CHECK_FALSE(*fixture.files.exists(day + "x.part.tmp"));
    CHECK_FALSE(*fixture.files.exists("/data/CURRENT.tmp"));
    CHECK(fixture.documents_in(trace_number(1)) == 1);
}

}  // namespace
}  // namespace tomograph
