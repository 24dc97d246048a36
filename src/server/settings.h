#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto/key_source.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "service/encryption/named_key.h"

namespace tomograph {

/// What `tomo serve` runs with. Listener addresses: "host:port", or "" for a listener left out.
struct Settings {
    std::string data_dir;
    std::string api_addr;
    std::string xray_addr;
    std::string xray_unix;              ///< path of the unix datagram socket; "" for none
    bool xray_unix_is_default = false;  ///< chosen by us, not by the operator
    std::string otlp_grpc_addr;
    std::string otlp_http_addr;
    std::string fluent_addr;         ///< "": none
    bool fluent_is_default = false;  ///< chosen by us: a taken port is no error
    std::string tls_cert;
    std::string tls_key;
    std::optional<KeySource> key;            ///< of the encrypted store; none: no encryption
    std::vector<std::string> old_key_files;  ///< keys before it, as long as they are needed
    std::vector<NamedKey> named_keys;        ///< that PutEncryptionConfig may choose
    bool narrows_listings = false;           ///< by the indexing rule
    bool open = false;
    std::string account_id;
    std::string region;
    Duration retention = Duration::days(30);
    Duration summary_age{};               ///< after it documents become summaries; zero: never
    std::uint64_t disk_budget_bytes = 0;  ///< 0: no budget but the disk itself
    std::uint64_t memory_bytes = 0;       ///< of the open traces
    Duration logs_retention = Duration::days(14);
    std::uint64_t logs_disk_budget_bytes = 0;  ///< of their parts; 0: none
    Duration metrics_retention = Duration::days(30);
    std::uint64_t metrics_disk_budget_bytes = 0;  ///< likewise
    std::string backup_dir;                       ///< "": no backups over HTTP
    LogLevel log_level = LogLevel::info;
    bool log_json = false;
};

/// One setting: the flag `--<name>`, the variable TOMO_<NAME>, the key `<name>` in tomo.toml.
struct SettingSpec {
    std::string name;  ///< "api-addr"
    std::string default_value;
    std::string help;        ///< one line
    bool is_switch = false;  ///< a flag that needs no value
    Result<void> (*apply)(Settings& settings, std::string_view value);
    bool hides_arguments = false;  ///< only the first word of the value is printed
};

const std::vector<SettingSpec>& setting_specs();

/// A value and where it came from: "flag", "environment", "tomo.toml" with its line, "default".
struct SettingValue {
    std::string value;
    std::string origin;
};

using SettingValues = std::map<std::string, SettingValue>;

struct SettingSources {
    std::map<std::string, std::string> flags;  ///< by name
    std::optional<std::string> config_path;    ///< given: must exist; absent: ./tomo.toml if there
    const char* (*environment)(const char* name) = nullptr;
};

/// flags > environment > file > defaults.
/// errors  invalid  an unknown key in the file, with its line; an unreadable file
Result<SettingValues> collect_settings(const SettingSources& sources);

/// errors  invalid  "api-addr (flag): …"
Result<Settings> parse_settings(const SettingValues& values);

/// As `tomo config print` shows it: name, value, origin in columns.
std::string to_text(const SettingValues& values);

}  // namespace tomograph
