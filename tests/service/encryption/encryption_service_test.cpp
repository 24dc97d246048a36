#include "service/encryption/encryption_service.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/crypto/file_keys.h"
#include "catalog/sqlite_catalog.h"

using namespace tomograph;

namespace {

const ChangeOrigin somebody{.who = "anonymous", .address = "", .operation = "PutEncryptionConfig"};

/// Keys in files, and a store that notes which one it was given.
struct Bench {
    Bench() {
        std::string pattern = std::filesystem::temp_directory_path() / "keys-XXXXXX";
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        directory = pattern;
        write("own", 'o');
        write("a", 'a');
        write("b", 'b');
    }
    ~Bench() { std::filesystem::remove_all(directory); }

    std::string path(std::string_view name) const { return fmt::format("{}/{}", directory, name); }
    void write(std::string_view name, char byte) const {
        std::filesystem::remove(path(name));
        std::ofstream(path(name)) << std::string(32, byte);
        REQUIRE(chmod(path(name).c_str(), 0400) == 0);
    }
    static std::string id(char byte) {
        const std::string bytes(32, byte);
        return fmt::format("{:016x}", id_of(parse_master_key(bytes).value()).value);
    }

    std::unique_ptr<EncryptionService> open() {
        return EncryptionService::open(
                   {.catalog = *catalog,
                    .store = {.change = [this](SecretKey key) -> Result<void> {
                                  if (is_broken) return Error(ErrorCode::io, "disk");
                                  used = fmt::format("{:016x}", id_of(key).value);
                                  return {};
                              },
                              .status =
                                  [this] {
                                      EncryptionStatus status;
                                      status.state = state;
                                      return status;
                                  }},
                    .own_key = own,
                    .named_keys =
                        parse_named_keys("alias/a=" + path("a") + ",alias/b=" + path("b")).value(),
                    .scope = {}})
            .value();
    }

    std::string directory;
    ManualClock clock{Instant::from_seconds(1'795'000'000)};
    std::unique_ptr<Catalog> catalog = open_sqlite_catalog(":memory:", clock).value();
    std::optional<KeySource> own = std::nullopt;
    EncryptionState state = EncryptionState::active;
    std::string used;
    bool is_broken = false;
};

}  // namespace

TEST_CASE("a key is chosen by any of its names, and answered by its ARN") {
    Bench bench;
    bench.own = KeySource{.kind = KeySource::Kind::file, .text = bench.path("own")};
    const auto encryption = bench.open();
    CHECK_FALSE(encryption->config().is_kms);
    CHECK(encryption->config().key_id.empty());

    const std::string arn = "arn:aws:kms:us-east-1:000000000000:";
    const std::string key_arn = arn + "key/" + Bench::id('a');
    for (const std::string& name : {std::string("alias/a"), Bench::id('a'), key_arn}) {
        const auto chosen = encryption->use_named_key(somebody, name);
        REQUIRE(chosen);
        CHECK(chosen->is_kms);
        CHECK(chosen->is_updating);
        CHECK(chosen->key_id == key_arn);
        CHECK(bench.used == Bench::id('a'));
    }
    CHECK(encryption->use_named_key(somebody, arn + "alias/b")->key_id == arn + "alias/b");
    CHECK(bench.used == Bench::id('b'));
    CHECK_FALSE(encryption->config().is_updating);
    bench.state = EncryptionState::updating;
    CHECK(encryption->config().is_updating);
    CHECK(encryption->use_named_key(somebody, "alias/c").error().code() == ErrorCode::invalid);
    CHECK(bench.used == Bench::id('b'));

    const auto own = encryption->use_own_key(somebody);
    REQUIRE(own);
    CHECK_FALSE(own->is_kms);
    CHECK(own->key_id.empty());
    CHECK(bench.used == Bench::id('o'));
}

TEST_CASE("what was chosen is applied after a start, as the key is then") {
    Bench bench;
    bench.own = KeySource{.kind = KeySource::Kind::file, .text = bench.path("own")};
    bench.is_broken = true;
    CHECK_FALSE(bench.open()->use_named_key(somebody, "alias/a"));
    CHECK(bench.used.empty());
    bench.is_broken = false;
    const auto encryption = bench.open();
    CHECK(encryption->config().is_kms);
    REQUIRE(encryption->apply());
    CHECK(bench.used == Bench::id('a'));
    bench.write("a", 'x');
    REQUIRE(encryption->apply());
    CHECK(bench.used == Bench::id('x'));
}

TEST_CASE("a server without a key of its own says what is missing") {
    Bench bench;
    bench.state = EncryptionState::none;
    const auto encryption = bench.open();
    const auto refused = encryption->use_named_key(somebody, "alias/a");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message().find("without encryption") != std::string::npos);
    CHECK(encryption->use_own_key(somebody));
    CHECK(encryption->apply());
    CHECK(bench.used.empty());

    bench.state = EncryptionState::active;
    REQUIRE(encryption->use_named_key(somebody, "alias/a"));
    CHECK(encryption->use_own_key(somebody).error().message().find("no key of its own") !=
          std::string::npos);
    std::filesystem::remove(bench.path("b"));
    CHECK(encryption->use_named_key(somebody, "alias/b").error().message().find("alias/b") !=
          std::string::npos);
}

TEST_CASE("names of keys are written as the operator writes them") {
    CHECK(parse_named_keys("")->empty());
    CHECK(parse_named_keys("alias/x=/k,")->at(0).source.text == "/k");
    for (const std::string_view text :
         {"x=/k", "alias/=/k", "alias/x", "alias/x=", "alias/a b=/k", "alias/x=/k,alias/x=/l"}) {
        INFO(text);
        const auto parsed = parse_named_keys(text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code() == ErrorCode::invalid);
    }
}
