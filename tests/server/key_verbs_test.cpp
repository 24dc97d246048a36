#include "server/key_verbs.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/clock.h"
#include "base/metrics.h"
#include "server/store_settings.h"
#include "store/embedded_store.h"

namespace tomograph {
namespace {

/// A folder that goes away with its test; two keys in it.
struct Folder {
    Folder() {
        set_log_options(
            {.level_min = LogLevel::error, .json = false, .sink = [](std::string_view) {}});
        std::string name = "/tmp/tomo-keys-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
        REQUIRE(make_key_file(path + "/first"));
        REQUIRE(make_key_file(path + "/second"));
    }
    ~Folder() { std::filesystem::remove_all(path); }

    Settings settings(const std::string& key, const std::string& old = {}) const {
        Settings settings;
        settings.data_dir = path + "/data";
        settings.memory_bytes = 64 << 20;
        settings.key = KeySource{.kind = KeySource::Kind::file, .text = path + "/" + key};
        if (!old.empty()) settings.old_key_files.push_back(path + "/" + old);
        return settings;
    }

    Result<std::unique_ptr<EmbeddedStore>> open(const Settings& settings) {
        auto keys = TRY(read_master_keys(settings));
        EmbeddedStoreOptions options = store_options(settings, std::move(keys));
        options.background = false;
        return EmbeddedStore::open(*files, clock, metrics, std::move(options));
    }

    std::string path;
    std::unique_ptr<FileSystem> files = make_real_file_system();
    RealClock clock;
    MetricsRegistry metrics;
};

}  // namespace

TEST_CASE("a new key file is for its owner only, and never replaces one") {
    const Folder folder;
    struct stat status{};
    REQUIRE(::stat((folder.path + "/first").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0400);
    CHECK(status.st_size == 32);
    CHECK(make_key_file(folder.path + "/first").error().code() == ErrorCode::conflict);
}

TEST_CASE("the key of a store that nobody has is changed, and the new one is enough") {
    Folder folder;
    REQUIRE(folder.open(folder.settings("first")));
    const auto missing = rotate_key(folder.settings("second"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code() == ErrorCode::denied);
    const auto done = rotate_key(folder.settings("second", "first"));
    REQUIRE_MESSAGE(done, (done ? "" : done.error().message()));
    CHECK(done->find("(version 2) is active") != std::string::npos);
    CHECK_FALSE(folder.open(folder.settings("first")));
    CHECK(folder.open(folder.settings("second")));
}

TEST_CASE("a key is not changed under a server, and not where there is no store") {
    Folder folder;
    CHECK(rotate_key(folder.settings("first")).error().code() == ErrorCode::not_found);
    const auto held = folder.open(folder.settings("first"));
    REQUIRE(held);
    const auto refused = rotate_key(folder.settings("second", "first"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message().find("SIGHUP") != std::string::npos);
}

}  // namespace tomograph
