#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/document.h"

namespace tomograph {

// Names below the data directory (docs/formats/data-directory.md).
inline constexpr std::string_view lock_name = "LOCK";
inline constexpr std::string_view version_name = "VERSION";
inline constexpr std::string_view current_name = "CURRENT";
inline constexpr std::string_view keyring_name = "keyring.json";
inline constexpr std::string_view manifest_directory = "manifest";
inline constexpr std::string_view wal_directory = "wal";
inline constexpr std::string_view spans_directory = "spans";
inline constexpr std::string_view rollup_directory = "rollup";
inline constexpr std::string_view telemetry_directory = "telemetry";
inline constexpr std::string_view quarantine_directory = "quarantine";
/// Folders of the signals beside traces (docs/formats/signal.md), and their parts in each.
inline constexpr std::array<std::string_view, 2> signal_names{"logs", "metrics"};
inline constexpr std::string_view signal_parts_directory = "parts";
inline constexpr std::string_view temporary_suffix = ".tmp";
inline constexpr std::string_view part_suffix = ".part";

std::string join_path(std::string_view directory, std::string_view name);

struct WalName {
    Lsn first;
    std::uint32_t serial = 0;
};
std::string wal_name(WalName name);
std::optional<WalName> parse_wal_name(std::string_view name);
std::string spare_name(std::uint32_t serial);
std::optional<std::uint32_t> parse_spare_name(std::string_view name);

std::string manifest_name(std::uint32_t number);
std::optional<std::uint32_t> parse_manifest_name(std::string_view name);

/// "20261123" of a second since 1970, UTC; seconds outside of years 1970 to 9999 count as the
/// nearest.
std::string day_name(std::int64_t second);

/// The first second of the day that day_name() called so.
std::optional<std::int64_t> second_of_day_name(std::string_view name);

struct PartName {
    std::uint32_t level = 0;
    std::int64_t second_min = 0;
    std::int64_t second_max = 0;
    std::uint64_t id = 0;
    std::uint32_t retention_class = 0;
};
/// "spans/20261123-c2/L0-1795430000-1795430015-0000000000000007.part"; class 0 has no "-c0"
std::string part_path(const PartName& name);

/// Of a part, by the directory that it is in.
std::uint32_t retention_class_of(std::string_view part_path);
/// The first second of the day whose directory it is in.
std::int64_t day_second_of(std::string_view part_path);

struct RollupName {
    std::int64_t second = 0;  ///< of the day; of the month's first for grain 60
    std::int64_t grain = 0;   ///< minutes; 0: a name that does not say it, of an older program
    std::uint64_t id = 0;
};
/// "rollup/20261123-m5-0000000000000007.rollup"
std::string rollup_path(const RollupName& name);
/// Of the name without its directory.
std::optional<RollupName> parse_rollup_name(std::string_view name);
inline constexpr std::string_view rollup_suffix = ".rollup";

std::string telemetry_name(std::int64_t second);

bool ends_with_temporary(std::string_view name);

}  // namespace tomograph
