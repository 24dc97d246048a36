#include "cli/time_input.h"

#include <fmt/format.h>

#include <charconv>
#include <ctime>
#include <optional>

namespace tomograph::cli {
namespace {

constexpr Duration longest = Duration::days(3660);

std::string_view trim(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// A plain decimal number at the front: digits, at most one point.
std::optional<double> take_number(std::string_view& text) {
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    double value = 0;
    const auto [end, failure] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (failure != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

/// Exactly `digits` digits at the front.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

std::optional<Duration> take_unit(std::string_view& text) {
    struct Unit {
        std::string_view name;
        Duration length;
    };
    // Longer names first: "ms" is not minutes, "min" is not "m".
    static constexpr Unit units[] = {
        {"ms", Duration::milliseconds(1)}, {"minutes", Duration::minutes(1)},
        {"minute", Duration::minutes(1)},  {"mins", Duration::minutes(1)},
        {"min", Duration::minutes(1)},     {"m", Duration::minutes(1)},
        {"seconds", Duration::seconds(1)}, {"second", Duration::seconds(1)},
        {"secs", Duration::seconds(1)},    {"sec", Duration::seconds(1)},
        {"s", Duration::seconds(1)},       {"hours", Duration::hours(1)},
        {"hour", Duration::hours(1)},      {"h", Duration::hours(1)},
        {"days", Duration::days(1)},       {"day", Duration::days(1)},
        {"d", Duration::days(1)},          {"weeks", Duration::days(7)},
        {"week", Duration::days(7)},       {"w", Duration::days(7)},
    };
    while (take(text, " ")) {
    }
    for (const Unit& unit : units)
        if (take(text, unit.name)) return unit.length;
    return std::nullopt;
}

std::optional<Duration> read_duration(std::string_view text) {
    double total_ns = 0;
    text = trim(text);
    if (text.empty()) return std::nullopt;
    while (!text.empty()) {
        const auto number = take_number(text);
        if (!number) return std::nullopt;
        const auto unit = take_unit(text);
        if (!unit) return std::nullopt;
        total_ns += *number * static_cast<double>(unit->ns);
        text = trim(text);
    }
    if (total_ns < 1 || total_ns > static_cast<double>(longest.ns)) return std::nullopt;
    return Duration::nanoseconds(static_cast<std::int64_t>(total_ns));
}

struct WallTime {
    int hour = 0;
    int minute = 0;
    double second = 0;
};

std::optional<WallTime> take_wall_time(std::string_view& text) {
    WallTime time;
    const auto hour = take_digits(text, 2);
    if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute || *minute > 59) return std::nullopt;
    time.hour = *hour;
    time.minute = *minute;
    if (take(text, ":")) {
        const auto second = take_number(text);
        if (!second || *second >= 61) return std::nullopt;
        time.second = *second;
    }
    return time;
}

/// Behind a wall time: "" (local), "Z", "+09:00", "-0330". Seconds east of UTC.
struct Zone {
    bool is_local = true;
    int east = 0;
};

std::optional<Zone> take_zone(std::string_view& text) {
    if (text.empty()) return Zone{};
    if (take(text, "Z") || take(text, "z")) return Zone{.is_local = false, .east = 0};
    const bool is_west = text.front() == '-';
    if (!take(text, "+") && !take(text, "-")) return std::nullopt;
    const auto hours = take_digits(text, 2);
    take(text, ":");
    const auto minutes = take_digits(text, 2);
    if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
    const int east = (*hours * 60 + *minutes) * 60;
    return Zone{.is_local = false, .east = is_west ? -east : east};
}

std::optional<Instant> moment(std::tm day, const WallTime& time, const Zone& zone) {
    day.tm_hour = time.hour;
    day.tm_min = time.minute;
    day.tm_sec = 0;
    day.tm_isdst = -1;
    const int wanted_day = day.tm_mday;
    const std::time_t minute = zone.is_local ? mktime(&day) : timegm(&day) - zone.east;
    if (day.tm_mday != wanted_day) return std::nullopt;  // 31 February
    return Instant::from_seconds(minute) +
           Duration::nanoseconds(static_cast<std::int64_t>(time.second * 1e9));
}

/// 2026-08-22, 2026-08-22T04:00, 2026-08-22 04:00:05.25+09:00
std::optional<Instant> read_calendar(std::string_view text) {
    const auto year = take_digits(text, 4);
    if (!year || !take(text, "-")) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || *month < 1 || *month > 12 || !take(text, "-")) return std::nullopt;
    const auto day = take_digits(text, 2);
    if (!day || *day < 1 || *day > 31 || *year < 1970 || *year > 2200) return std::nullopt;
    std::tm date{};
    date.tm_year = *year - 1900;
    date.tm_mon = *month - 1;
    date.tm_mday = *day;
    if (text.empty()) return moment(date, {}, {});
    if (!take(text, "T") && !take(text, "t") && !take(text, " ")) return std::nullopt;
    const auto time = take_wall_time(text);
    if (!time) return std::nullopt;
    const auto zone = take_zone(text);
    if (!zone || !text.empty()) return std::nullopt;
    return moment(date, *time, *zone);
}

/// today, yesterday 14:00
std::optional<Instant> read_day_word(std::string_view text, Instant now) {
    const bool is_yesterday = take(text, "yesterday");
    if (!is_yesterday && !take(text, "today")) return std::nullopt;
    const std::time_t second = now.second();
    std::tm date{};
    localtime_r(&second, &date);
    date.tm_mday -= is_yesterday ? 1 : 0;
    date.tm_hour = 12;  // let mktime carry over months without a clock change in the way
    date.tm_isdst = -1;
    mktime(&date);
    text = trim(text);
    if (text.empty()) return moment(date, {}, {});
    const auto time = take_wall_time(text);
    if (!time || !text.empty()) return std::nullopt;
    return moment(date, *time, {});
}

std::optional<Instant> read_epoch(std::string_view text) {
    auto number = take_number(text);
    if (!number || !text.empty() || *number < 1e8) return std::nullopt;
    if (*number > 1e11) *number /= 1000;  // milliseconds
    if (*number > 7e9) return std::nullopt;
    return Instant{static_cast<std::int64_t>(*number * 1e6) * 1000};
}

std::optional<Instant> read_instant(std::string_view text, Instant now) {
    text = trim(text);
    if (text == "now") return now;
    if (text.ends_with("ago")) {
        const auto length = read_duration(text.substr(0, text.size() - 3));
        if (length) return now - *length;
        return std::nullopt;
    }
    if (auto found = read_day_word(text, now)) return found;
    if (auto found = read_calendar(text)) return found;
    return read_epoch(text);
}

Error unreadable(std::string_view what, std::string_view text) {
    return Error(
        ErrorCode::invalid,
        fmt::format("cannot read the {} \"{}\"; examples: 15m, \"2h ago\", \"yesterday 14:00\", "
                    "2026-08-22T04:00, 1755835200, 2h..1h",
                    what, text.substr(0, 60)));
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
    if (const auto length = read_duration(text)) return *length;
    return Error(ErrorCode::invalid,
                 fmt::format("cannot read the duration \"{}\"; examples: 250ms, 15m, 1h30m",
                             text.substr(0, 60)));
}

Result<Instant> parse_instant(std::string_view text, Instant now) {
    if (const auto found = read_instant(text, now)) return *found;
    return unreadable("time", text);
}

Result<TimeRange> parse_time_range(std::string_view text, Instant now) {
    const std::size_t dots = text.find("..");
    TimeRange range{now, now};
    if (dots != std::string_view::npos) {
        const std::string_view until = trim(text.substr(dots + 2));
        const std::string_view from = trim(text.substr(0, dots));
        const auto ago = read_duration(until);
        if (!until.empty()) range.end = ago ? now - *ago : TRY(parse_instant(until, now));
        // A bare length on both sides counts from now: 2h..1h is the hour before the last one.
        const auto length = read_duration(from);
        if (length)
            range.start = (ago ? now : range.end) - *length;
        else
            range.start = TRY(parse_instant(from, now));
    } else if (const auto length = read_duration(text)) {
        range.start = now - *length;
    } else {
        const auto found = read_instant(text, now);
        if (!found) return unreadable("time range", text);
        range.start = *found;
    }
    if (range.start >= range.end)
        return Error(ErrorCode::invalid, fmt::format("the time range \"{}\" ends before it starts",
                                                     text.substr(0, 60)));
    return range;
}

}  // namespace tomograph::cli
