#include "store/wal/replay.h"

#include <cstring>

#include "store/store_fixture.h"
#include "store/wal/frame.h"

namespace tomograph {
namespace {

using namespace testing;

struct Collector final : WalReplaySink, WalSink {
    void replay(Lsn first, Instant, std::span<const std::string_view> documents) override {
        for (const std::string_view document : documents) {
            lsns.push_back(first.value++);
            texts.emplace_back(document);
        }
    }
    void replay_telemetry(Lsn lsn, Instant, std::string_view json) override {
        lsns.push_back(lsn.value);
        texts.emplace_back(json);
    }
    void apply(Lsn, Instant, std::vector<Document>) override {}
    void apply_telemetry(Lsn, Instant, std::string) override {}
    void withdraw(const std::vector<Document>&) override {}

    std::vector<std::uint64_t> lsns;
    std::vector<std::string> texts;
};

/// A log in one segment, and what replay makes of any version of its bytes.
struct LogFixture {
    explicit LogFixture(bool is_sealed = false) : quarantine(files, "/data", metrics) {
        if (is_sealed) keys = &log_keys;
        silence_log();
        REQUIRE(files.make_directories("/data/wal"));
        REQUIRE(quarantine.open());
    }

    void write(std::size_t appends) {
        Collector sink;
        WalOptions options;
        options.directory = "/data/wal";
        options.segment_bytes = options.first_segment_bytes = 5000;
        options.background = false;
        WalWriter wal(files, clock, metrics, sink, options);
        wal.segments().set_store_id(7);
        wal.segments().set_keys(keys);
        wal.start(Lsn{1}, {});
        for (std::size_t i = 0; i < appends; ++i) {
            WalAppend append{
                .documents = {}, .telemetry = {}, .done = [](Result<void> done) { REQUIRE(done); }};
            append.documents.resize(2);
            append.documents[0].bytes = fmt::format("first-{}", i);
            append.documents[1].bytes = fmt::format("second-{}", i);
            wal.submit(std::move(append));
        }
        wal.close();
        for (const auto& name : names())
            images.emplace_back("/data/wal/" + name,
                                *read_file(files, "/data/wal/" + name, 1 << 20));
    }

    Collector replay() {
        Collector sink;
        auto inventory = list_wal(files, "/data/wal", 7, keys, quarantine);
        REQUIRE(inventory);
        WalReplay replay(files, metrics, quarantine, sink);
        REQUIRE(replay.run(*inventory, {.floor = Lsn{1}}));
        next = replay.next();
        return sink;
    }

    std::vector<std::string> names() {
        auto listed = files.list("/data/wal");
        REQUIRE(listed);
        return std::move(*listed);
    }

    void restore() {
        for (const auto& name : names()) REQUIRE(files.remove("/data/wal/" + name));
        for (const auto& [path, bytes] : images) REQUIRE(replace_file(files, path, bytes));
    }

    FileKeys log_keys{7, {.key = SecretKey(std::string(secret_key_bytes, 'k')), .version = 1}, {}};
    FileKeys* keys = nullptr;  ///< of a sealed log
    FaultFileSystem files;
    ManualClock clock{Instant::from_seconds(test_second)};
    MetricsRegistry registry;
    StoreMetrics metrics{registry};
    Quarantine quarantine;
    std::vector<std::pair<std::string, std::string>> images;
    Lsn next;
};

TEST_CASE("a log comes back in order, over several segments") {
    for (const bool is_sealed : {false, true}) {
        LogFixture fixture(is_sealed);
        fixture.write(40);
        CHECK(fixture.images.size() > 1);
        const Collector read = fixture.replay();
        REQUIRE(read.texts.size() == 80);
        for (std::size_t i = 0; i < 80; ++i) CHECK(read.lsns[i] == i + 1);
        CHECK(read.texts[79] == "second-39");
        CHECK(fixture.next == Lsn{81});
    }
}

TEST_CASE("a log torn at any byte keeps the whole frames before it") {
    for (const bool is_sealed : {false, true}) {
        LogFixture fixture(is_sealed);
        fixture.write(5);
        const std::string image = fixture.images.front().second;
        const auto end = image.find_last_not_of('\0');
        std::size_t kept_before = 0;
        for (std::size_t size = wal_frames_offset; size <= end + 1; ++size) {
            std::string torn = image.substr(0, size);
            torn.resize(image.size(), '\0');
            REQUIRE(replace_file(fixture.files, fixture.images.front().first, torn));
            const Collector read = fixture.replay();
            CHECK(read.texts.size() % 2 == 0);  // two documents an append: both or none
            CHECK(read.texts.size() >= kept_before);
            kept_before = read.texts.size();
        }
        CHECK(kept_before == 10);
    }
}

TEST_CASE("a damaged byte anywhere loses one frame at most") {
    for (const bool is_sealed : {false, true}) {
        LogFixture fixture(is_sealed);
        fixture.write(5);
        const auto end = fixture.images.front().second.find_last_not_of('\0');
        for (std::size_t at = 0; at <= end; ++at) {
            REQUIRE(fixture.files.flip(fixture.images.front().first, at,
                                       static_cast<std::uint8_t>(1 << at % 8)));
            const Collector read = fixture.replay();
            CHECK(read.texts.size() >= 8);
            for (std::size_t i = 1; i < read.lsns.size(); ++i)
                CHECK(read.lsns[i] > read.lsns[i - 1]);
            if (at < wal_frames_offset) CHECK(read.texts.size() == 10);
            fixture.restore();
        }
    }
}

TEST_CASE("damage in the middle is skipped, counted and kept aside") {
    for (const bool is_sealed : {false, true}) {
        LogFixture fixture(is_sealed);
        fixture.write(5);
        REQUIRE(fixture.files.flip(fixture.images.front().first, wal_frames_offset + 60, 0xff));
        const Collector read = fixture.replay();
        CHECK(read.texts.size() == 8);
        CHECK(fixture.metrics.replay_damaged_bytes.value() > 0);
        CHECK(fixture.metrics.replay_lost_documents.value() == 2);
        CHECK(fixture.quarantine.files() == 1);
    }
}

TEST_CASE("frames of an earlier use of the file are not read") {
    LogFixture fixture;
    fixture.write(5);
    // The same bytes under a new header: as after recycling, before the first frame is written.
    auto& [path, bytes] = fixture.images.front();
    const WalSegmentHeader header{
        .serial = 99, .store_id = 7, .first = Lsn{1}, .salt = 12345, .slots = {}};
    const std::string recycled = encode_segment_header(header) + bytes.substr(wal_frames_offset);
    REQUIRE(fixture.files.remove(path));
    REQUIRE(replace_file(fixture.files, "/data/wal/0000000000000001-00000063.wal", recycled));
    CHECK(fixture.replay().texts.empty());
}

TEST_CASE("a sealed frame with a right checksum that does not open is damage") {
    LogFixture fixture(true);
    fixture.write(5);
    auto& [path, bytes] = fixture.images.front();
    const std::uint32_t seed = frame_seed(decode_segment_header(bytes).value());
    std::string_view rest = std::string_view(bytes).substr(wal_frames_offset);
    const auto first = check_frame(rest, seed);
    REQUIRE(first);
    CHECK(bytes.find("first-0") == std::string::npos);
    // Each byte of the second frame behind its length and checksum, which is made to fit again.
    const std::size_t begin = wal_frames_offset + first->size;
    const std::size_t size = check_frame(rest.substr(first->size), seed)->size;
    const std::string image = bytes;
    for (std::size_t at = begin + wal_frame_head_bytes; at < begin + size; ++at) {
        std::string forged = image;
        forged[at] = static_cast<char>(forged[at] ^ 1);
        const std::uint32_t crc =
            crc32c(std::string_view(forged).substr(begin + 8, size - 8), seed);
        std::memcpy(forged.data() + begin + 4, &crc, sizeof crc);
        REQUIRE(replace_file(fixture.files, path, forged));
        CHECK(fixture.replay().texts.size() == 8);
    }
    CHECK(fixture.quarantine.files() > 0);
    CHECK(fixture.metrics.replay_damaged_bytes.value() == size * (size - wal_frame_head_bytes));
}

TEST_CASE("a sealed log without its key is refused, and left as it is") {
    LogFixture fixture(true);
    fixture.write(5);
    FileKeys other(7, {.key = SecretKey(std::string(secret_key_bytes, 'o')), .version = 1}, {});
    for (FileKeys* keys : {static_cast<FileKeys*>(nullptr), &other}) {
        const auto listed = list_wal(fixture.files, "/data/wal", 7, keys, fixture.quarantine);
        REQUIRE_FALSE(listed);
        CHECK(listed.error().code() == ErrorCode::denied);
        CHECK(fixture.quarantine.files() == 0);
    }
    CHECK(fixture.replay().texts.size() == 10);
}

TEST_CASE("two uses of a sealed file have different keys") {
    LogFixture fixture(true);
    fixture.write(1);
    const std::string first = fixture.images.front().second;
    for (const auto& name : fixture.names()) REQUIRE(fixture.files.remove("/data/wal/" + name));
    fixture.images.clear();
    fixture.write(1);
    CHECK(first.substr(wal_slot_places.first, key_slot_bytes) !=
          fixture.images.front().second.substr(wal_slot_places.first, key_slot_bytes));
    // The same text at the same place and time.
    CHECK(first.substr(wal_frames_offset + 18, 40) !=
          fixture.images.front().second.substr(wal_frames_offset + 18, 40));
}

TEST_CASE("foreign, empty and cut files in the log's directory are set aside") {
    LogFixture fixture;
    fixture.write(2);
    REQUIRE(replace_file(fixture.files, "/data/wal/notes.txt", "hello"));
    REQUIRE(replace_file(fixture.files, "/data/wal/0000000000000009-00000009.wal", ""));
    REQUIRE(replace_file(fixture.files, "/data/wal/000000000000000a-0000000a.wal",
                         std::string(30, 'x')));
    CHECK(fixture.replay().texts.size() == 4);
    CHECK(fixture.quarantine.files() == 3);
}

}  // namespace
}  // namespace tomograph
