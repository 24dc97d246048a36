// Encryption at rest, seen from outside: what a thief of the disk finds, and which keys open it.
#include "base/crypto/file_keys.h"
#include "store/keys/keyring.h"
#include "store/keys_fixture.h"
#include "store/operations/verify.h"

namespace tomograph::testing {
namespace {

constexpr std::string_view sentinels[] = {
    "SENTINEL-service", "SENTINEL-annotation", "SENTINEL-metadata", "SENTINEL-telemetry",
    "SENTINEL-key",     "SENTINEL-url",        "SENTINEL-call",     "SENTINEL-exception",
    "SENTINEL-query",   "SENTINEL-user"};

Document secret_document(std::uint64_t n) {
    static thread_local SegmentDecoder decoder;
    const std::string json = fmt::format(
        R"({{"trace_id":"{}","id":"{}","name":"SENTINEL-service","start_time":{},"end_time":{}.5,)"
        R"("user":"SENTINEL-user","annotations":{{"SENTINEL-key":"SENTINEL-annotation"}},)"
        R"("metadata":{{"m":{{"k":"SENTINEL-metadata"}}}},"fault":true,)"
        R"("http":{{"request":{{"method":"GET","url":"http://SENTINEL-url/"}}}},)"
        R"("cause":{{"exceptions":[{{"id":"{}","message":"SENTINEL-exception"}}]}},)"
        R"("subsegments":[{{"id":"{}","name":"SENTINEL-call","namespace":"remote",)"
        R"("start_time":{},"end_time":{}.2,"sql":{{"sanitized_query":"SENTINEL-query"}}}}]}})",
        to_xray_text(trace_number(n)), to_hex(SpanId{n + 1}), test_second, test_second,
        to_hex(SpanId{n + 2'000}), to_hex(SpanId{n + 1'000}), test_second, test_second);
    auto decoded = decoder.decode(json, std::nullopt);
    auto* segment = std::get_if<Segment>(&decoded);
    REQUIRE(segment != nullptr);
    return {.header = segment->header(), .bytes = json};
}

void append_secrets(StoreFixture& fixture, std::uint64_t from, std::uint64_t count) {
    for (std::uint64_t n = from; n < from + count; ++n) {
        std::vector<Document> one;
        one.push_back(secret_document(n));
        REQUIRE(fixture.append(std::move(one)));
    }
    std::optional<Result<void>> answer;
    fixture.store->append_telemetry(R"({"SENTINEL-telemetry":1})",
                                    [&](const Result<void>& done) { answer.emplace(done); });
    REQUIRE(answer);
    REQUIRE(*answer);
}

std::vector<std::string> files_with_sentinels(StoreFixture& fixture,
                                              const std::string& directory = "/data") {
    std::vector<std::string> found;
    for (const auto& [path, bytes] : all_files(fixture.files, directory))
        for (const std::string_view sentinel : sentinels)
            if (bytes.find(sentinel) != std::string::npos) found.push_back(path);
    return found;
}

void check_present(StoreFixture& fixture, std::uint64_t count) {
    for (std::uint64_t n = 0; n < count; ++n) CHECK(fixture.documents_in(trace_number(n)) == 1);
}

using Image = std::vector<std::pair<std::string, std::string>>;

/// That open is refused as `denied`, by a sentence that names no secret, and changes nothing.
void check_refused(StoreFixture& fixture, std::shared_ptr<const MasterKeys> keys,
                   std::string_view why) {
    const Image before = all_files(fixture.files, "/data");
    fixture.options.master_keys = std::move(keys);
    const auto opened = fixture.open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code() == ErrorCode::denied);
    CHECK_MESSAGE(opened.error().message().find(why) != std::string::npos,
                  opened.error().message());
    fixture.store.reset();
    CHECK(all_files(fixture.files, "/data") == before);
}

/// Parts, some of them merged, an open trace, telemetry.
void fill(StoreFixture& fixture, std::uint64_t from, std::uint64_t count) {
    for (std::uint64_t n = from; n + 1 < from + count; n += 4) {
        append_secrets(fixture, n, std::min<std::uint64_t>(4, from + count - 1 - n));
        fixture.settle();
    }
    append_secrets(fixture, from + count - 1, 1);
}

/// That the directory opens with these keys and has all; then it is closed.
void check_opens(StoreFixture& fixture, const std::string& directory, std::string_view letters,
                 std::uint64_t count) {
    MetricsRegistry registry;
    EmbeddedStoreOptions options = fixture.options;
    options.directory = directory;
    options.master_keys = keys_of(letters);
    const auto opened = EmbeddedStore::open(fixture.files, fixture.clock, registry, options);
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message()));
    for (std::uint64_t n = 0; n < count; ++n) {
        const TraceId id = trace_number(n);
        const auto got = (*opened)->get(std::span(&id, 1));
        REQUIRE(got);
        CHECK(got->size() == 1);
    }
    CHECK_FALSE((*opened)->recent_telemetry(10)->empty());
    CHECK((*opened)->status().quarantined == 0);
}

void settle_keys(StoreFixture& fixture) {
    for (int i = 0; i < 4; ++i) fixture.advance(Duration::seconds(1));
}

}  // namespace

TEST_CASE("with a key, nothing that was sent is readable in the log") {
    StoreFixture plain;
    plain.must_open();
    append_secrets(plain, 0, 40);
    CHECK_FALSE(files_with_sentinels(plain).empty());  // the search itself works

    StoreFixture fixture(1, sealed_options());
    fixture.must_open();
    append_secrets(fixture, 0, 40);
    CHECK(files_with_sentinels(fixture).empty());
    check_present(fixture, 40);
    fixture.kill();
    fixture.must_open();
    check_present(fixture, 40);
    CHECK(fixture.metric("tomograph_store_replayed_documents_total") == 40);
    CHECK(files_with_sentinels(fixture).empty());
    CHECK(fixture.store->status().encryption.state == EncryptionState::active);
}

TEST_CASE("with a key, nothing that was sent is readable in any file of a store's life") {
    StoreFixture plain;
    plain.must_open();
    fill(plain, 0, 20);
    bool is_in_parts = false;
    for (const std::string& path : files_with_sentinels(plain))
        is_in_parts |= path.ends_with(".part");
    CHECK(is_in_parts);  // the search itself works

    EmbeddedStoreOptions options = sealed_options("a");
    options.retention_age = Duration::hours(1);
    options.rollup_age = {};
    StoreFixture fixture(1, options);
    fixture.must_open();
    const auto check_sealed = [&](std::string_view when) {
        CAPTURE(when);
        CHECK(files_with_sentinels(fixture, "/").empty());
    };
    fill(fixture, 0, 40);
    check_sealed("flushed and merged");
    CHECK(fixture.metric("tomograph_store_merges_total") > 0);
    REQUIRE(fixture.store->snapshot({.destination = "/backup"}));
    check_sealed("backed up");
    check_present(fixture, 40);
    REQUIRE(fixture.store->change_master_key(key_of('b')));
    settle_keys(fixture);
    check_sealed("under another key");
    fixture.settle();
    fixture.store->close();
    check_sealed("closed");
    fixture.store.reset();
    fixture.options.master_keys = keys_of("b");
    fixture.must_open();
    check_present(fixture, 40);
    fixture.clock.advance(Duration::hours(2));
    for (int i = 0; i < 3; ++i) fixture.advance(Duration::seconds(61));
    CHECK(fixture.metric("tomograph_store_folds_total") > 0);
    CHECK_FALSE(fixture.files.list("/data/rollup")->empty());
    check_sealed("folded");
    const TimeRange all{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};
    const auto graph = fixture.store->graph(all);
    REQUIRE(graph);
    CHECK_FALSE(graph->cells.empty());
    CHECK_FALSE(fixture.store->status().encryption.is_mixed);

    // Rollup files take part in a change of the key, and in backups.
    REQUIRE(fixture.store->change_master_key(key_of('c')));
    settle_keys(fixture);
    REQUIRE(fixture.store->snapshot({.destination = "/sums"}));
    check_sealed("sums backed up");
    fixture.kill();
    fixture.options.master_keys = keys_of("c");
    fixture.options.directory = "/sums";
    fixture.must_open();
    CHECK(fixture.store->status().quarantined == 0);
    CHECK(without_bounds(*fixture.store->graph(all)) == without_bounds(*graph));
}

TEST_CASE("a change of the key leaves backups as they are, also the parts they share") {
    StoreFixture fixture(1, sealed_options("a"));
    fixture.must_open();
    fill(fixture, 0, 30);
    const auto report = fixture.store->snapshot({.destination = "/backup"});
    REQUIRE(report);
    CHECK(report->linked_files > 0);
    const Image backup = all_files(fixture.files, "/backup");
    REQUIRE(fixture.store->change_master_key(key_of('b')));
    settle_keys(fixture);
    CHECK(fixture.store->status().encryption.state == EncryptionState::active);
    CHECK(all_files(fixture.files, "/backup") == backup);
    check_present(fixture, 30);
    // Parts that the backup before has under the old key are taken from the store.
    REQUIRE(fixture.store->snapshot({.destination = "/second", .previous = "/backup"}));
    fixture.kill();
    fixture.options.directory = "/backup";
    fixture.options.master_keys = keys_of("b");
    CHECK(fixture.open().error().code() == ErrorCode::denied);
    fixture.options.master_keys = nullptr;
    CHECK(fixture.open().error().code() == ErrorCode::denied);
    fixture.store.reset();
    CHECK(fixture.files.remove("/backup/LOCK"));  // all that the attempts left
    CHECK(all_files(fixture.files, "/backup") == backup);
    check_opens(fixture, "/data", "b", 30);
    check_opens(fixture, "/second", "b", 30);
    check_opens(fixture, "/backup", "a", 30);
}

TEST_CASE("a change of the key waits for a backup, which needs no more keys than it says") {
    StoreFixture fixture(1, sealed_options("a"));
    fixture.must_open();
    fill(fixture, 0, 30);
    SnapshotOptions options{.destination = "/backup"};
    bool is_changed = false;
    options.progress = [&](const StoreProgress&) {
        if (!is_changed) CHECK(fixture.store->change_master_key(key_of('b')));
        is_changed = true;
        fixture.advance(Duration::seconds(1));
        CHECK(fixture.store->status().encryption.state == EncryptionState::updating);
        return true;
    };
    REQUIRE(fixture.store->snapshot(options));
    CHECK(is_changed);
    settle_keys(fixture);
    CHECK(fixture.store->status().encryption.state == EncryptionState::active);
    fixture.kill();
    check_opens(fixture, "/data", "b", 30);
    check_opens(fixture, "/backup", "ba", 30);
}

TEST_CASE("a part whose copy has no room keeps the old key needed, and the store serves") {
    StoreFixture fixture(1, sealed_options("a"));
    fixture.must_open();
    fill(fixture, 0, 30);
    REQUIRE(fixture.store->snapshot({.destination = "/backup"}));
    const auto space = fixture.files.space("/data");
    REQUIRE(space);
    fixture.files.set_capacity(space->total_bytes - space->free_bytes + 1'500);
    REQUIRE(fixture.store->change_master_key(key_of('b')));
    settle_keys(fixture);
    CHECK(fixture.store->status().encryption.state == EncryptionState::updating);
    check_present(fixture, 30);
    fixture.files.set_capacity(1 << 30);
    for (int i = 0; i < 4; ++i) fixture.advance(Duration::minutes(2));
    CHECK(fixture.store->status().encryption.state == EncryptionState::active);
    fixture.kill();
    check_opens(fixture, "/data", "b", 30);
}

TEST_CASE("plain parts are sealed by a merge") {
    StoreFixture fixture;
    fixture.must_open();
    fill(fixture, 0, 4);
    fixture.settle();
    fixture.store->close();
    fixture.store.reset();
    fixture.options.master_keys = keys_of("a");
    fixture.must_open();
    settle_keys(fixture);
    CHECK(fixture.store->status().encryption.is_mixed);
    CHECK_FALSE(files_with_sentinels(fixture).empty());
    append_secrets(fixture, 4, 4);
    fixture.settle();
    REQUIRE(fixture.store->compact(ignore_progress));
    fixture.advance(Duration::minutes(30));
    check_present(fixture, 8);
    CHECK(files_with_sentinels(fixture).empty());
    CHECK_FALSE(fixture.store->status().encryption.is_mixed);
}

TEST_CASE("verify needs no key for the checksums of an encrypted store") {
    StoreFixture fixture(1, sealed_options("a"));
    fixture.must_open();
    fill(fixture, 0, 10);
    fixture.kill();
    const Image before = all_files(fixture.files, "/data");
    const auto sound = verify_store(fixture.files, "/data", ignore_progress);
    REQUIRE(sound);
    CHECK(sound->damage.empty());
    CHECK(all_files(fixture.files, "/data") == before);
    for (const auto& [path, bytes] : before) {
        if (!path.ends_with(".part")) continue;
        REQUIRE(fixture.files.flip(path, bytes.size() / 2, 1));
        const auto damaged = verify_store(fixture.files, "/data", ignore_progress);
        REQUIRE(damaged);
        CHECK(damaged->damage.size() == 1);
        REQUIRE(fixture.files.flip(path, bytes.size() / 2, 1));
    }
}

TEST_CASE("telemetry files are sealed, and read back") {
    StoreFixture fixture(1, sealed_options());
    fixture.must_open();
    append_secrets(fixture, 0, 0);
    fixture.advance(Duration::minutes(2));
    CHECK(fixture.files.list("/data/telemetry")->size() == 1);
    CHECK(files_with_sentinels(fixture).empty());
    append_secrets(fixture, 0, 0);
    fixture.advance(Duration::minutes(2));
    fixture.kill();
    fixture.must_open();
    const auto records = fixture.store->recent_telemetry(10);
    REQUIRE(records);
    REQUIRE(records->size() == 2);
    CHECK(records->front() == R"({"SENTINEL-telemetry":1})");
}

TEST_CASE("a damaged telemetry file is set aside, still sealed") {
    StoreFixture fixture(1, sealed_options());
    fixture.must_open();
    append_secrets(fixture, 0, 0);
    fixture.advance(Duration::minutes(2));
    const std::string path = "/data/telemetry/" + fixture.files.list("/data/telemetry")->front();
    REQUIRE(fixture.files.flip(path, 1600, 4));
    CHECK(fixture.store->recent_telemetry(10)->empty());
    append_secrets(fixture, 0, 0);
    fixture.advance(Duration::minutes(2));
    CHECK(fixture.store->status().quarantined == 1);
    CHECK(fixture.store->recent_telemetry(10)->size() == 1);
    CHECK(files_with_sentinels(fixture).empty());
}

TEST_CASE("a wrong or a missing key opens nothing and touches nothing") {
    StoreFixture fixture(1, sealed_options("a"));
    fixture.must_open();
    append_secrets(fixture, 0, 5);
    fixture.kill();
    check_refused(fixture, nullptr, "is encrypted and no key was given");
    check_refused(fixture, keys_of("b"), fmt::format("{:016x}", id_of(key_of('a')).value));
    check_refused(fixture, keys_of("bc"), "is needed");
    fixture.options.master_keys = keys_of("a");
    fixture.must_open();
    check_present(fixture, 5);
}

TEST_CASE("a lost or damaged keyring is made again by the right key, and by no other") {
    for (const int kind : {0, 1, 2}) {
        const bool is_lost = kind < 2;
        StoreFixture fixture(1, sealed_options("a"));
        fixture.must_open();
        append_secrets(fixture, 0, 5);
        if (kind == 1) {
            // Parts only: the log is empty.
            fixture.settle();
            fixture.store->close();
        }
        fixture.kill();
        if (is_lost)
            REQUIRE(fixture.files.remove("/data/keyring.json"));
        else
            REQUIRE(fixture.files.flip("/data/keyring.json", 40, 1));
        fixture.options.master_keys = keys_of("b");
        CHECK(fixture.open().error().code() == ErrorCode::denied);
        fixture.options.master_keys = nullptr;
        CHECK(fixture.open().error().code() == ErrorCode::denied);
        fixture.options.master_keys = keys_of("a");
        fixture.must_open();
        check_present(fixture, 5);
        fixture.kill();
        check_refused(fixture, keys_of("b"), "is needed");
    }
}

TEST_CASE("a plain store that gets a key keeps no plain log") {
    StoreFixture fixture;
    fixture.must_open();
    append_secrets(fixture, 0, 60);
    fixture.advance(Duration::minutes(2));
    append_secrets(fixture, 60, 20);
    fixture.kill();
    fixture.options.master_keys = keys_of("a");
    fixture.must_open();
    check_present(fixture, 80);
    append_secrets(fixture, 80, 20);
    for (int i = 0; i < 8; ++i) fixture.advance(Duration::seconds(20));
    for (const std::string& path : files_with_sentinels(fixture)) {
        CHECK_MESSAGE(path.find("/wal/") == std::string::npos, path);
        CHECK_MESSAGE(path.find("/telemetry/") == std::string::npos, path);
    }
    CHECK(fixture.store->status().encryption.is_mixed);  // parts from before
    check_present(fixture, 100);
    fixture.kill();
    check_refused(fixture, nullptr, "no key was given");
}

TEST_CASE("a running store changes its key; then the new one is enough") {
    StoreFixture fixture(1, sealed_options("a"));
    fixture.must_open();
    append_secrets(fixture, 0, 20);
    fixture.advance(Duration::minutes(2));
    append_secrets(fixture, 20, 20);
    REQUIRE(fixture.store->change_master_key(key_of('b')));
    CHECK(fixture.store->status().encryption.state == EncryptionState::updating);
    append_secrets(fixture, 40, 20);
    settle_keys(fixture);
    const EncryptionStatus status = fixture.store->status().encryption;
    CHECK(status.state == EncryptionState::active);
    CHECK(status.key_version == 2);
    CHECK(status.key_id == fmt::format("{:016x}", id_of(key_of('b')).value));
    fixture.kill();
    check_refused(fixture, keys_of("a"), "is needed");
    fixture.options.master_keys = keys_of("b");
    fixture.must_open();
    check_present(fixture, 60);
    CHECK(fixture.store->recent_telemetry(10)->size() == 3);

    // And back: the retired key is active again.
    REQUIRE(fixture.store->change_master_key(key_of('a')));
    settle_keys(fixture);
    fixture.kill();
    fixture.options.master_keys = keys_of("a");
    fixture.must_open();
    check_present(fixture, 60);
}

TEST_CASE("a start with a new key beside the old one changes the key") {
    StoreFixture fixture(1, sealed_options("a"));
    fixture.must_open();
    append_secrets(fixture, 0, 20);
    fixture.kill();
    fixture.options.master_keys = keys_of("ba");
    fixture.must_open();
    CHECK(fixture.store->status().encryption.state == EncryptionState::updating);
    fixture.kill();
    // Not done: the old one is needed still.
    check_refused(fixture, keys_of("b"), "is needed");
    fixture.options.master_keys = keys_of("ba");
    fixture.must_open();
    settle_keys(fixture);
    CHECK(fixture.store->status().encryption.state == EncryptionState::active);
    fixture.kill();
    fixture.options.master_keys = keys_of("b");
    fixture.must_open();
    check_present(fixture, 20);
}

TEST_CASE("a change of the key that dies anywhere loses nothing") {
    bool was_whole = false;
    std::uint64_t rounds = 0;
    for (std::uint64_t crash = 1; !was_whole; ++crash, ++rounds) {
        StoreFixture fixture(crash, sealed_options("a"));
        fixture.must_open();
        append_secrets(fixture, 0, 3);
        fixture.advance(Duration::minutes(2));
        append_secrets(fixture, 3, 3);
        // Half of the times the part has another name: then it is copied.
        if (crash % 4 < 2) REQUIRE(fixture.store->snapshot({.destination = "/backup"}));
        fixture.files.crash_at_call(crash);
        const auto changed = fixture.store->change_master_key(key_of('b'));
        settle_keys(fixture);
        was_whole = !fixture.files.crashed();
        fixture.store.reset();
        if (crash % 2 == 0)
            fixture.files.power_cut();
        else
            fixture.files.process_kill();
        fixture.options.master_keys = keys_of("ba");
        fixture.must_open();
        check_present(fixture, 6);
        CHECK(fixture.store->recent_telemetry(10)->size() == 2);
        settle_keys(fixture);
        CHECK(fixture.store->status().encryption.state == EncryptionState::active);
        fixture.kill();
        fixture.options.master_keys = keys_of("b");
        fixture.must_open();
        check_present(fixture, 6);
        CHECK(fixture.store->status().quarantined == 0);
    }
    CHECK(rounds > 10);
}

TEST_CASE("the keyring reads back what it wrote, and nothing damaged") {
    const Keyring keyring{.store_id = 7,
                          .keys = {{1, {0x8899}, MasterKeyState::retired, std::string(32, '1')},
                                   {2, {0xaabb}, MasterKeyState::old, std::string(32, '2')},
                                   {3, {0xccdd}, MasterKeyState::active, std::string(32, '3')}}};
    const std::string text = encode_keyring(keyring);
    const auto read = decode_keyring(text);
    REQUIRE(read);
    CHECK(encode_keyring(*read) == text);
    CHECK(read->keys[1].state == MasterKeyState::old);
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string other = text;
        other[i] = static_cast<char>(other[i] ^ 1);
        CHECK_FALSE(decode_keyring(other));
        CHECK_FALSE(decode_keyring(text.substr(0, i)));
    }
}

}  // namespace tomograph::testing
