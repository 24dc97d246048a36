#include "cli/time_text.h"

#include <fmt/format.h>

#include <ctime>

namespace tomograph::cli {
namespace {

std::tm local(Instant time) {
    const std::time_t second = time.second();
    std::tm fields{};
    localtime_r(&second, &fields);
    return fields;
}

}  // namespace

std::string duration_text(Duration length) {
    const double ms = static_cast<double>(length.ns) / 1e6;
    if (ms < 99.95) return fmt::format("{:.1f}ms", ms);
    if (ms < 999.5) return fmt::format("{:.0f}ms", ms);
    if (ms < 99'950) return fmt::format("{:.2f}", ms / 1000).substr(0, 4) + "s";
    const std::int64_t seconds = (length.ns + 500'000'000) / 1'000'000'000;
    if (seconds < 3600) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
    if (seconds < 86'400) return fmt::format("{}h{:02}m", seconds / 3600, seconds / 60 % 60);
    return fmt::format("{}d{:02}h", seconds / 86'400, seconds / 3600 % 24);
}

std::string age_text(Language language, Duration age) {
    const bool is_japanese = language == Language::japanese;
    const std::int64_t seconds = age.ns / 1'000'000'000;
    if (seconds < 1) return is_japanese ? "たった今" : "just now";
    if (seconds < 120)
        return fmt::format(fmt::runtime(is_japanese ? "{}秒前" : "{}s ago"), seconds);
    if (seconds < 7200)
        return fmt::format(fmt::runtime(is_japanese ? "{}分前" : "{}m ago"), seconds / 60);
    if (seconds < 172'800)
        return fmt::format(fmt::runtime(is_japanese ? "{}時間前" : "{}h ago"), seconds / 3600);
    return fmt::format(fmt::runtime(is_japanese ? "{}日前" : "{}d ago"), seconds / 86'400);
}

std::string rfc3339(Instant time) {
    const std::time_t second = time.second();
    std::tm fields{};
    gmtime_r(&second, &fields);
    const std::int64_t ms = (time.ns - second * 1'000'000'000) / 1'000'000;
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", fields.tm_year + 1900,
                       fields.tm_mon + 1, fields.tm_mday, fields.tm_hour, fields.tm_min,
                       fields.tm_sec, ms);
}

std::string local_text(Instant time, Instant now) {
    const std::tm then = local(time);
    const std::tm today = local(now);
    const std::string clock =
        fmt::format("{:02}:{:02}:{:02}", then.tm_hour, then.tm_min, then.tm_sec);
    if (then.tm_year == today.tm_year && then.tm_yday == today.tm_yday) return clock;
    return fmt::format("{:04}-{:02}-{:02} {}", then.tm_year + 1900, then.tm_mon + 1, then.tm_mday,
                       clock);
}

}  // namespace tomograph::cli
