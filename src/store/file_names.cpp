#include "store/file_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace tomograph {
namespace {

constexpr std::int64_t second_last = 253'402'300'799;  // 9999-12-31T23:59:59Z

template <class T>
bool read_hex(std::string_view text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string join_path(std::string_view directory, std::string_view name) {
    return fmt::format("{}/{}", directory, name);
}

std::string wal_name(WalName name) {
    return fmt::format("{:016x}-{:08x}.wal", name.first.value, name.serial);
}

std::optional<WalName> parse_wal_name(std::string_view name) {
    WalName parsed;
    if (name.size() != 29 || name[16] != '-' || !name.ends_with(".wal")) return std::nullopt;
    if (!read_hex(name.substr(0, 16), parsed.first.value)) return std::nullopt;
    if (!read_hex(name.substr(17, 8), parsed.serial)) return std::nullopt;
    return parsed;
}

std::string spare_name(std::uint32_t serial) { return fmt::format("spare-{:08x}.wal", serial); }

std::optional<std::uint32_t> parse_spare_name(std::string_view name) {
    std::uint32_t serial = 0;
    if (name.size() != 18 || !name.starts_with("spare-") || !name.ends_with(".wal") ||
        !read_hex(name.substr(6, 8), serial))
        return std::nullopt;
    return serial;
}

std::string manifest_name(std::uint32_t number) { return fmt::format("{:08x}.mf", number); }

std::optional<std::uint32_t> parse_manifest_name(std::string_view name) {
    std::uint32_t number = 0;
    if (name.size() != 11 || !name.ends_with(".mf") || !read_hex(name.substr(0, 8), number))
        return std::nullopt;
    return number;
}

std::string day_name(std::int64_t second) {
    using namespace std::chrono;
    const sys_seconds time{seconds(std::clamp<std::int64_t>(second, 0, second_last))};
    const year_month_day day{floor<days>(time)};
    return fmt::format("{:04}{:02}{:02}", static_cast<int>(day.year()),
                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

std::string part_path(const PartName& name) {
    return fmt::format("{}/{}/L{}-{}-{}-{:016x}.part", spans_directory, day_name(name.second_min),
                       name.level, name.second_min, name.second_max, name.id);
}

std::string rollup_path(std::int64_t second, std::uint64_t id) {
    return fmt::format("{}/{}-{:016x}{}", rollup_directory, day_name(second), id, rollup_suffix);
}

std::string telemetry_name(std::int64_t second) { return day_name(second) + ".jsonl"; }

bool ends_with_temporary(std::string_view name) { return name.ends_with(temporary_suffix); }

}  // namespace tomograph
