#include "server/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "net/address.h"
#include "server/toml_file.h"

namespace tomograph {
namespace {

Result<void> apply_address(std::string& target, std::string_view value) {
    target.clear();
    if (value == "off") return {};
    TRY(parse_socket_address(value));
    target = value;
    return {};
}

Result<std::uint64_t> parse_whole(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return Error(ErrorCode::invalid, fmt::format("'{}' is not a whole number", text));
    return value;
}

/// "512MiB", "20GB", "1073741824".
Result<std::uint64_t> parse_bytes(std::string_view text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::uint64_t number = TRY(parse_whole(text.substr(0, digits)));
    static constexpr std::pair<std::string_view, std::uint64_t> units[] = {
        {"", 1},
        {"B", 1},
        {"KB", 1'000},
        {"MB", 1'000'000},
        {"GB", 1'000'000'000},
        {"TB", 1'000'000'000'000},
        {"KiB", 1ULL << 10},
        {"MiB", 1ULL << 20},
        {"GiB", 1ULL << 30},
        {"TiB", 1ULL << 40},
    };
    for (const auto& [unit, factor] : units) {
        if (text.substr(digits) != unit) continue;
        if (number > UINT64_MAX / factor) break;
        return number * factor;
    }
    return Error(
        ErrorCode::invalid,
        fmt::format("'{}' is not a size (a number and B, KB, MB, GB, TB, KiB, MiB, GiB or TiB)",
                    text));
}

Result<bool> parse_switch(std::string_view text) {
    if (text == "true" || text == "1" || text == "yes") return true;
    if (text == "false" || text == "0" || text == "no") return false;
    return Error(ErrorCode::invalid, fmt::format("'{}' is neither true nor false", text));
}

Result<void> apply_account(Settings& settings, std::string_view value) {
    const bool digits = value.find_first_not_of("0123456789") == std::string_view::npos;
    if (value.size() != 12 || !digits)
        return Error(ErrorCode::invalid,
                     fmt::format("'{}' is not an account id of 12 digits", value));
    settings.account_id = value;
    return {};
}

Result<void> apply_region(Settings& settings, std::string_view value) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
    constexpr std::size_t characters_max = 32;
    if (value.empty() || value.size() > characters_max ||
        value.find_first_not_of(allowed) != std::string_view::npos)
        return Error(ErrorCode::invalid, fmt::format("'{}' is not a region, as us-east-1", value));
    settings.region = value;
    return {};
}

Result<Duration> parse_days(std::string_view value) {
    const std::uint64_t days = TRY(parse_whole(value));
    if (days < 1 || days > 3650)
        return Error(ErrorCode::invalid, fmt::format("{} days is not in 1 to 3650", days));
    return Duration::days(static_cast<std::int64_t>(days));
}

Result<void> apply_retention(Settings& settings, std::string_view value) {
    settings.retention = TRY(parse_days(value));
    return {};
}

Result<void> apply_summary(Settings& settings, std::string_view value) {
    const std::uint64_t days = TRY(parse_whole(value));
    if (days > 3650)
        return Error(ErrorCode::invalid, fmt::format("{} days is not in 0 to 3650", days));
    settings.summary_age = Duration::days(static_cast<std::int64_t>(days));
    return {};
}

Result<void> apply_memory(Settings& settings, std::string_view value) {
    settings.memory_bytes = TRY(parse_bytes(value));
    if (settings.memory_bytes < (16ULL << 20))
        return Error(ErrorCode::invalid, fmt::format("'{}' is below 16MiB", value));
    return {};
}

Result<void> apply_log_level(Settings& settings, std::string_view value) {
    if (value == "debug")
        settings.log_level = LogLevel::debug;
    else if (value == "info")
        settings.log_level = LogLevel::info;
    else if (value == "warn")
        settings.log_level = LogLevel::warn;
    else if (value == "error")
        settings.log_level = LogLevel::error;
    else
        return Error(ErrorCode::invalid,
                     fmt::format("'{}' is not debug, info, warn or error", value));
    return {};
}

Result<void> apply_log_format(Settings& settings, std::string_view value) {
    if (value != "text" && value != "json")
        return Error(ErrorCode::invalid, fmt::format("'{}' is neither text nor json", value));
    settings.log_json = value == "json";
    return {};
}

Result<void> apply_key(Settings& settings, KeySource::Kind kind, std::string_view value) {
    if (value.empty()) return {};
    if (settings.key)
        return Error(
            ErrorCode::invalid,
            "there is another source of the key: name one of key-file, key-env, key-command");
    settings.key = KeySource{.kind = kind, .text = std::string(value)};
    return {};
}

Result<void> apply_old_keys(Settings& settings, std::string_view value) {
    while (!value.empty()) {
        const std::size_t comma = std::min(value.find(','), value.size());
        if (comma > 0) settings.old_key_files.emplace_back(value.substr(0, comma));
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
    return {};
}

std::string variable_of(std::string_view name) {
    std::string variable = "TOMO_";
    for (const char c : name)
        variable.push_back(c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c));
    return variable;
}

}  // namespace

const std::vector<SettingSpec>& setting_specs() {
    static const std::vector<SettingSpec> specs = {
        {"data-dir", "./tomo-data", "where everything is kept", false,
         [](Settings& s, std::string_view v) -> Result<void> {
             if (v.empty()) return Error(ErrorCode::invalid, "a directory is needed");
             s.data_dir = v;
             return {};
         }},
        {"api-addr", "127.0.0.1:2080", "X-Ray API, metrics and health: HOST:PORT or off", false,
         [](Settings& s, std::string_view v) { return apply_address(s.api_addr, v); }},
        {"xray-addr", "127.0.0.1:2000", "X-Ray daemon protocol, UDP and TCP: HOST:PORT or off",
         false, [](Settings& s, std::string_view v) { return apply_address(s.xray_addr, v); }},
        {"xray-unix", "auto",
         "unix datagram socket for segments: PATH, auto (in the data directory) or off", false,
         [](Settings& s, std::string_view v) -> Result<void> {
             s.xray_unix = v == "off" ? "" : v;
             return {};
         }},
        {"otlp-grpc-addr", "127.0.0.1:4317", "OTLP over gRPC (traces, logs, metrics)", false,
         [](Settings& s, std::string_view v) { return apply_address(s.otlp_grpc_addr, v); }},
        {"otlp-http-addr", "127.0.0.1:4318", "OTLP over HTTP (traces, logs, metrics)", false,
         [](Settings& s, std::string_view v) { return apply_address(s.otlp_http_addr, v); }},
        {"fluent-addr", "auto",
         "Fluent forward (logs): HOST:PORT, off, or auto: 127.0.0.1:24224 where it is free", false,
         [](Settings& s, std::string_view v) -> Result<void> {
             s.fluent_is_default = v == "auto";
             return apply_address(s.fluent_addr, s.fluent_is_default ? "127.0.0.1:24224" : v);
         }},
        {"tls-cert", "", "certificate chain (PEM) for the API listener", false,
         [](Settings& s, std::string_view v) -> Result<void> {
             s.tls_cert = v;
             return {};
         }},
        {"tls-key", "", "private key (PEM) for the API listener", false,
         [](Settings& s, std::string_view v) -> Result<void> {
             s.tls_key = v;
             return {};
         }},
        {"key-file", "", "master key of the encrypted store: 32 bytes or base64, mode 0400", false,
         [](Settings& s, std::string_view v) { return apply_key(s, KeySource::Kind::file, v); }},
        {"key-env", "", "variable that holds the master key, base64", false,
         [](Settings& s, std::string_view v) {
             return apply_key(s, KeySource::Kind::environment, v);
         }},
        {"key-command", "", "program, with arguments, that prints the master key; no shell", false,
         [](Settings& s, std::string_view v) { return apply_key(s, KeySource::Kind::command, v); },
         true},
        {"old-key-file", "", "master keys before it that are still needed, separated by commas",
         false, apply_old_keys},
        {"kms-key", "",
         "master keys that PutEncryptionConfig may choose: alias/NAME=FILE, separated by commas",
         false,
         [](Settings& s, std::string_view v) -> Result<void> {
             s.named_keys = TRY(parse_named_keys(v));
             return {};
         }},
        {"open", "false",
         "allow addresses other than loopback although there is no access control yet", true,
         [](Settings& s, std::string_view v) -> Result<void> {
             s.open = TRY(parse_switch(v));
             return {};
         }},
        {"account-id", "000000000000", "account shown where segments name none", false,
         apply_account},
        {"region", "us-east-1", "region in the ARNs of groups that are made", false, apply_region},
        {"index-by-rule", "false",
         "list only the indexing rule's share of traces while the destination is CloudWatchLogs",
         true,
         [](Settings& s, std::string_view v) -> Result<void> {
             s.narrows_listings = TRY(parse_switch(v));
             return {};
         }},
        {"retention-days", "30", "how long traces are kept", false, apply_retention},
        {"summary-days", "0",
         "when traces are cut to what the map and searches by service need; 0: never", false,
         apply_summary},
        {"disk-budget", "0", "most bytes of traces to keep, as 200GB; 0: what the disk holds",
         false,
         [](Settings& s, std::string_view v) -> Result<void> {
             s.disk_budget_bytes = TRY(parse_bytes(v));
             return {};
         }},
        {"logs-days", "14", "how long log lines are kept", false,
         [](Settings& s, std::string_view v) -> Result<void> {
             s.logs_retention = TRY(parse_days(v));
             return {};
         }},
        {"logs-disk-budget", "0",
         "most bytes of log lines to keep, as 50GB; 0: what the disk holds", false,
         [](Settings& s, std::string_view v) -> Result<void> {
             s.logs_disk_budget_bytes = TRY(parse_bytes(v));
             return {};
         }},
        {"metrics-days", "30", "how long points of metrics are kept", false,
         [](Settings& s, std::string_view v) -> Result<void> {
             s.metrics_retention = TRY(parse_days(v));
             return {};
         }},
        {"metrics-disk-budget", "0",
         "most bytes of metrics to keep, as 5GB; 0: what the disk holds", false,
         [](Settings& s, std::string_view v) -> Result<void> {
             s.metrics_disk_budget_bytes = TRY(parse_bytes(v));
             return {};
         }},
        {"memory", "512MiB", "most bytes of traces that are still open", false, apply_memory},
        {"backup-dir", "", "where `tomo backup` may have the server write; none: it may not", false,
         [](Settings& s, std::string_view v) -> Result<void> {
             s.backup_dir = v;
             return {};
         }},
        {"log-level", "info", "debug, info, warn or error", false, apply_log_level},
        {"log-format", "text", "text or json", false, apply_log_format},
    };
    return specs;
}

Result<SettingValues> collect_settings(const SettingSources& sources) {
    SettingValues values;
    for (const auto& spec : setting_specs()) values[spec.name] = {spec.default_value, "default"};

    const TomlFile file = TRY(read_toml_file(sources.config_path));
    for (const auto& entry : file.entries) {
        const auto found = values.find(entry.key);
        if (found == values.end())
            return Error(ErrorCode::invalid, fmt::format("{}:{}: unknown setting '{}'", file.path,
                                                         entry.line, entry.key));
        found->second = {entry.value, fmt::format("{}:{}", file.path, entry.line)};
    }
    for (auto& [name, value] : values) {
        const std::string variable = variable_of(name);
        const char* text =
            sources.environment != nullptr ? sources.environment(variable.c_str()) : nullptr;
        if (text != nullptr) value = {text, variable};
        const auto flag = sources.flags.find(name);
        if (flag != sources.flags.end()) value = {flag->second, "--" + name};
    }
    return values;
}

Result<Settings> parse_settings(const SettingValues& values) {
    Settings settings;
    for (const auto& spec : setting_specs()) {
        const SettingValue& value = values.at(spec.name);
        TRY_WITHIN(fmt::format("{} (from {})", spec.name, value.origin),
                   spec.apply(settings, value.value));
    }
    if (settings.tls_cert.empty() != settings.tls_key.empty())
        return Error(ErrorCode::invalid,
                     "tls-cert and tls-key go together: one of them is missing");
    if (!settings.old_key_files.empty() && !settings.key)
        return Error(
            ErrorCode::invalid,
            "old-key-file is given without a key: name one with key-file, key-env or key-command");
    if (settings.summary_age >= settings.retention)
        return Error(
            ErrorCode::invalid,
            "summary-days must be less than retention-days: later there is nothing to cut");
    settings.xray_unix_is_default = settings.xray_unix == "auto";
    if (settings.xray_unix_is_default) settings.xray_unix = settings.data_dir + "/xray.sock";
    return settings;
}

std::string to_text(const SettingValues& values) {
    std::string text;
    for (const auto& spec : setting_specs()) {
        const SettingValue& value = values.at(spec.name);
        std::string shown = value.value.empty() ? "-" : value.value;
        const std::size_t space = spec.hides_arguments ? shown.find(' ') : std::string::npos;
        if (space != std::string::npos) shown.replace(space, std::string::npos, " …");
        text += fmt::format("{:<16} {:<24} {}\n", spec.name, shown, value.origin);
    }
    return text;
}

}  // namespace tomograph
