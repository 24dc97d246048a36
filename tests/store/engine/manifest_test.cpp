#include "store/engine/manifest.h"

#include "base/bytes.h"
#include "store/engine/manifest_format.h"
#include "store/store_fixture.h"

namespace tomograph {
namespace {

using namespace testing;

struct ManifestFixture {
    ManifestFixture() {
        silence_log();
        REQUIRE(files.make_directories("/data/manifest"));
        REQUIRE(files.sync_directory("/data"));
    }
    Manifest fresh() {
        Manifest manifest(files, "/data");
        auto loaded = manifest.load();
        REQUIRE(loaded);
        if (*loaded) {
            manifest.adopt(std::move(**loaded));
        } else {
            ManifestContents contents;
            contents.store_id = 7;
            manifest.adopt(contents);
        }
        return manifest;
    }
    FaultFileSystem files;
};

ManifestEdit add(std::uint64_t id) {
    ManifestPart part{
        .id = id, .level = 1, .path = fmt::format("spans/x/{}.part", id), .facts = {}};
    part.facts.second_min = -5;
    part.facts.lsn_max = Lsn{id * 100};
    part.facts.has_fragments = id % 2 == 0;
    return AddPart{part};
}

std::vector<std::uint64_t> ids_of(const ManifestState& state) {
    std::vector<std::uint64_t> ids;
    ids.reserve(state.parts.size());
    for (const auto& [id, part] : state.parts) ids.push_back(id);
    return ids;
}

TEST_CASE("edits come back, and a rewrite says the same") {
    ManifestFixture fixture;
    {
        Manifest manifest = fixture.fresh();
        REQUIRE(manifest.commit({add(1), add(2)}));
        REQUIRE(manifest.commit({DropPart{1}, add(3), SetFloor{Lsn{50}}}));
        REQUIRE(manifest.commit({MarkClean{}}));
    }
    for (int restart = 0; restart < 2; ++restart) {
        Manifest manifest = fixture.fresh();
        CHECK(ids_of(manifest.state()) == std::vector<std::uint64_t>{2, 3});
        CHECK(manifest.state().floor == Lsn{50});
        CHECK(manifest.state().next_part_id == 4);
        CHECK(manifest.state().is_clean == (restart == 0));
        CHECK(manifest.state().parts.at(2).facts.second_min == -5);
        CHECK(manifest.state().parts.at(2).facts.has_fragments);
        CHECK(manifest.store_id() == 7);
        REQUIRE(manifest.commit({SetFloor{Lsn{50}}}));
        CHECK(fixture.files.list("/data/manifest")->size() == 1);
    }
}

TEST_CASE("one damaged byte anywhere, or a torn end, loses no record that was answered") {
    ManifestFixture fixture;
    {
        Manifest manifest = fixture.fresh();
        REQUIRE(manifest.commit({add(1)}));
        REQUIRE(manifest.commit({add(2)}));
        REQUIRE(manifest.commit({add(3)}));
    }
    const std::string path = "/data/manifest/" + fixture.files.list("/data/manifest")->front();
    const std::string image = *read_file(fixture.files, path, 1 << 20);
    for (std::size_t at = 0; at < image.size(); ++at) {
        std::string damaged = image;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
        const auto read = read_manifest(damaged);
        REQUIRE(read);
        CHECK(ids_of(read->state) == std::vector<std::uint64_t>{1, 2, 3});
        CHECK_FALSE(read->is_damaged);
    }
    for (std::size_t size = 0; size < image.size(); ++size) {
        const auto read = read_manifest(image.substr(0, size));
        if (!read) continue;
        const auto ids = ids_of(read->state);
        for (std::size_t i = 0; i < ids.size(); ++i) CHECK(ids[i] == i + 1);
        CHECK_FALSE(read->is_damaged);
    }
}

TEST_CASE("a damaged CURRENT is helped by the newest whole manifest") {
    ManifestFixture fixture;
    REQUIRE(fixture.fresh().commit({add(1)}));
    REQUIRE(fixture.files.flip("/data/CURRENT", 3, 0x10));
    CHECK(ids_of(fixture.fresh().state()) == std::vector<std::uint64_t>{1});
}

TEST_CASE("any failing call leaves the old state or the new one, and the next commit works") {
    for (std::uint64_t n = 1; n < 30; ++n) {
        ManifestFixture fixture;
        Manifest manifest = fixture.fresh();
        REQUIRE(manifest.commit({add(1)}));
        fixture.files.fail_call(n);
        const auto done = manifest.commit({add(2)});
        CHECK(manifest.has_pending() == !done);
        REQUIRE(manifest.commit({add(3)}));
        CHECK(ids_of(manifest.state()) == std::vector<std::uint64_t>{1, 2, 3});
        fixture.files.power_cut();
        CHECK(ids_of(fixture.fresh().state()) == std::vector<std::uint64_t>{1, 2, 3});
    }
}

TEST_CASE("rollups are listed until they are dropped, and come back from a rewrite") {
    ManifestFixture fixture;
    const auto fold = [](std::uint64_t id) {
        return AddRollup{{.id = id,
                          .path = "rollup/x",
                          .grain = 5,
                          .period = -1440,
                          .minute_min = -7,
                          .minute_max = 9,
                          .cells = 3,
                          .bytes = 4}};
    };
    {
        Manifest manifest = fixture.fresh();
        REQUIRE(manifest.commit({add(1), fold(2), fold(3)}));
        REQUIRE(manifest.commit({DropPart{1}, DropRollup{2}, fold(9)}));
    }
    for (int restart = 0; restart < 2; ++restart) {
        Manifest manifest = fixture.fresh();
        const ManifestState& state = manifest.state();
        CHECK(state.parts.empty());
        REQUIRE(state.rollups.size() == 2);
        CHECK(state.next_part_id == 10);
        const ManifestRollup& rollup = state.rollups.at(9);
        CHECK(rollup.path == "rollup/x");
        CHECK(rollup.grain == 5);
        CHECK(rollup.period == -1440);
        CHECK(rollup.minute_min == -7);
        CHECK(rollup.minute_max == 9);
        CHECK(rollup.cells == 3);
        CHECK(rollup.bytes == 4);
        REQUIRE(manifest.commit({NoteQuarantine{.part_id = 77, .what = "", .why = ""}}));
    }
}

TEST_CASE("a manifest of format 1 is read") {
    std::string header;
    ByteWriter writer(header);
    writer.raw("TOMOMAN\n");
    writer.fixed(std::uint32_t{1});
    writer.fixed(std::uint32_t{6});
    writer.fixed(std::uint64_t{7});
    writer.fixed(std::uint32_t{0});
    const std::uint32_t seed = crc32c(header);
    writer.fixed(seed);
    const std::string bytes =
        header + header + encode_record(seed, 1, encode_edits({add(4), SetFloor{Lsn{8}}}));
    const auto contents = read_manifest(bytes);
    REQUIRE_MESSAGE(contents, (contents ? "" : contents.error().message()));
    CHECK(ids_of(contents->state) == std::vector<std::uint64_t>{4});
    CHECK(contents->state.floor == Lsn{8});
    CHECK(contents->store_id == 7);
}

}  // namespace
}  // namespace tomograph
