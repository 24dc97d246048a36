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

/// "20261123-c2" of "spans/20261123-c2/L0-….part".
std::string_view day_directory(std::string_view part_path) {
    const auto end = part_path.rfind('/');
    if (end == std::string_view::npos || end == 0) return {};
    const auto begin = part_path.rfind('/', end - 1);
    return part_path.substr(begin == std::string_view::npos ? 0 : begin + 1,
                            end - (begin == std::string_view::npos ? 0 : begin + 1));
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

std::optional<std::int64_t> second_of_day_name(std::string_view name) {
    using namespace std::chrono;
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || end != name.data() + name.size() || name.size() != 8)
        return std::nullopt;
    const year_month_day date{year(static_cast<int>(number / 10'000)), month(number / 100 % 100),
                              day(number % 100)};
    if (!date.ok()) return std::nullopt;
    return seconds(sys_days{date}.time_since_epoch()).count();
}

std::string part_path(const PartName& name) {
    const std::string day = day_name(name.second_min);
    const std::string folder =
        name.retention_class == 0 ? day : fmt::format("{}-c{}", day, name.retention_class);
    return fmt::format("{}/{}/L{}-{}-{}-{:016x}.part", spans_directory, folder, name.level,
                       name.second_min, name.second_max, name.id);
}

std::uint32_t retention_class_of(std::string_view part_path) {
    const std::string_view day = day_directory(part_path);
    const auto at = day.find("-c");
    std::uint32_t value = 0;
    if (at == std::string_view::npos) return value;
    const auto [end, error] = std::from_chars(day.data() + at + 2, day.data() + day.size(), value);
    return error == std::errc() && end == day.data() + day.size() ? value : 0;
}

std::int64_t day_second_of(std::string_view part_path) {
    return second_of_day_name(day_directory(part_path).substr(0, 8)).value_or(0);
}

std::string rollup_path(const RollupName& name) {
    return fmt::format("{}/{}-m{}-{:016x}{}", rollup_directory, day_name(name.second), name.grain,
                       name.id, rollup_suffix);
}

std::optional<RollupName> parse_rollup_name(std::string_view name) {
    constexpr std::size_t day_size = 8;
    constexpr std::size_t id_size = 16;
    if (name.size() < day_size + 1 + id_size || !name.ends_with(rollup_suffix)) return std::nullopt;
    name.remove_suffix(rollup_suffix.size());
    RollupName parsed;
    const auto day = second_of_day_name(name.substr(0, day_size));
    if (!day || name.size() < day_size + 1 + id_size) return std::nullopt;
    parsed.second = *day;
    if (!read_hex(name.substr(name.size() - id_size), parsed.id)) return std::nullopt;
    std::string_view middle = name.substr(day_size, name.size() - day_size - id_size);
    if (middle == "-") return parsed;
    if (!middle.starts_with("-m") || !middle.ends_with('-')) return std::nullopt;
    middle = middle.substr(2, middle.size() - 3);
    std::int64_t grain = 0;
    const auto [end, error] = std::from_chars(middle.data(), middle.data() + middle.size(), grain);
    if (error != std::errc() || end != middle.data() + middle.size()) return std::nullopt;
    parsed.grain = grain;
    return parsed;
}

std::string telemetry_name(std::int64_t second) { return day_name(second) + ".jsonl"; }

bool ends_with_temporary(std::string_view name) { return name.ends_with(temporary_suffix); }

}  // namespace tomograph
