#include "server/settings.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tomograph {
namespace {

/// A settings file that goes away with its test.
class SettingsFile {
 public:
    explicit SettingsFile(std::string_view text) {
        char name[] = "/tmp/tomo-settings-XXXXXX";
        const int descriptor = mkstemp(name);
        REQUIRE(descriptor >= 0);
        close(descriptor);
        path_ = name;
        std::ofstream(path_) << text;
    }
    ~SettingsFile() { std::filesystem::remove(path_); }
    const std::string& path() const { return path_; }

 private:
    std::string path_;
};

Result<Settings> settings_from(const SettingSources& sources) {
    const SettingValues values = TRY(collect_settings(sources));
    return parse_settings(values);
}

Result<Settings> settings_from_flag(const std::string& name, const std::string& value) {
    SettingSources sources;
    sources.flags[name] = value;
    return settings_from(sources);
}

}  // namespace

TEST_CASE("flags win over variables, variables over the file, the file over defaults") {
    const SettingsFile file("retention-days = 7\napi_addr = '127.0.0.1:1'\nlog-level = 'warn'\n");
    SettingSources sources;
    sources.config_path = file.path();
    sources.environment = [](const char* name) -> const char* {
        if (std::string_view(name) == "TOMO_API_ADDR") return "127.0.0.1:2";
        return std::string_view(name) == "TOMO_LOG_LEVEL" ? "error" : nullptr;
    };
    sources.flags["log-level"] = "debug";
    const auto values = collect_settings(sources);
    REQUIRE(values);
    CHECK(values->at("retention-days").value == "7");
    CHECK(values->at("retention-days").origin == file.path() + ":1");
    CHECK(values->at("api-addr").value == "127.0.0.1:2");
    CHECK(values->at("api-addr").origin == "TOMO_API_ADDR");
    CHECK(values->at("log-level").origin == "--log-level");
    CHECK(values->at("data-dir").origin == "default");
    const auto settings = parse_settings(*values);
    REQUIRE(settings);
    CHECK(settings->retention == Duration::days(7));
    CHECK(settings->log_level == LogLevel::debug);
}

TEST_CASE("the defaults are good and keep to loopback") {
    const auto settings = settings_from({});
    REQUIRE(settings);
    CHECK(settings->api_addr == "127.0.0.1:2080");
    CHECK(settings->xray_addr == "127.0.0.1:2000");
    CHECK(settings->xray_unix == "./tomo-data/xray.sock");
    CHECK(settings->otlp_http_addr == "127.0.0.1:4318");
    CHECK(settings->otlp_grpc_addr == "127.0.0.1:4317");
    CHECK_FALSE(settings->open);
}

TEST_CASE("a broken setting is named with its origin") {
    const struct {
        const char* name;
        const char* value;
        const char* message;
    } cases[] = {
        {"retention-days", "0",
         "retention-days (from --retention-days): 0 days is not in 1 to 3650"},
        {"retention-days", "many",
         "retention-days (from --retention-days): 'many' is not a whole number"},
        {"account-id", "42",
         "account-id (from --account-id): '42' is not an account id of 12 digits"},
        {"log-level", "loud",
         "log-level (from --log-level): 'loud' is not debug, info, warn or error"},
        {"memory", "1KiB", "memory (from --memory): '1KiB' is below 16MiB"},
        {"summary-days", "-1", "summary-days (from --summary-days): '-1' is not a whole number"},
        {"summary-days", "30",
         "summary-days must be less than retention-days: later there is nothing to cut"},
        {"tls-cert", "x.pem", "tls-cert and tls-key go together: one of them is missing"},
    };
    for (const auto& c : cases) {
        const auto settings = settings_from_flag(c.name, c.value);
        REQUIRE_FALSE(settings);
        CHECK(settings.error().message() == c.message);
    }
}

TEST_CASE("sizes take decimal and binary units") {
    const std::pair<const char*, std::uint64_t> cases[] = {
        {"0", 0},       {"1024", 1024},         {"2KB", 2000},
        {"1KiB", 1024}, {"3GB", 3'000'000'000}, {"1TiB", 1ULL << 40}};
    for (const auto& [text, bytes] : cases) {
        const auto settings = settings_from_flag("disk-budget", text);
        REQUIRE(settings);
        CHECK(settings->disk_budget_bytes == bytes);
    }
    for (const char* text : {"", "GB", "1.5GB", "1XB", "99999999999999999999", "99999999999TiB"})
        CHECK_FALSE(settings_from_flag("disk-budget", text));
}

TEST_CASE("a settings file with an unknown key, a table or bad TOML is refused with its line") {
    const std::pair<const char*, const char*> cases[] = {
        {"\nretention = 3\n", ":2: unknown setting 'retention'"},
        {"[api]\naddr = 'x'\n", ":1: api: a string"},
        {"api-addr = \n", ":1:"}};
    for (const auto& [text, part] : cases) {
        const SettingsFile file(text);
        SettingSources sources;
        sources.config_path = file.path();
        const auto values = collect_settings(sources);
        REQUIRE_FALSE(values);
        CHECK(values.error().message().find(part) != std::string::npos);
    }
    SettingSources sources;
    sources.config_path = "/nonexistent/tomo.toml";
    CHECK_FALSE(collect_settings(sources));
}

TEST_CASE("off leaves a listener out") {
    const auto settings = settings_from_flag("api-addr", "off");
    REQUIRE(settings);
    CHECK(settings->api_addr.empty());
}

TEST_CASE("the key has one source, and its command's arguments are not printed") {
    SettingSources sources;
    sources.flags["key-command"] = "fetch-key --token SENTINEL";
    sources.flags["old-key-file"] = "/k/1,/k/2";
    const auto settings = settings_from(sources);
    REQUIRE(settings);
    CHECK(settings->key->kind == KeySource::Kind::command);
    CHECK(settings->key->text == "fetch-key --token SENTINEL");
    CHECK(settings->old_key_files == std::vector<std::string>{"/k/1", "/k/2"});
    const std::string printed = to_text(collect_settings(sources).value());
    CHECK(printed.find("fetch-key …") != std::string::npos);
    CHECK(printed.find("SENTINEL") == std::string::npos);

    sources.flags["key-file"] = "/k/3";
    CHECK(settings_from(sources).error().message().find("another source") != std::string::npos);
    CHECK_FALSE(settings_from_flag("old-key-file", "/k/1"));
    CHECK_FALSE(settings_from({})->key);
}

}  // namespace tomograph
