#pragma once

#include <compare>
#include <cstdint>

namespace tomograph {

/// A length of time in nanoseconds; may be negative.
struct Duration {
    std::int64_t ns = 0;

    static constexpr Duration nanoseconds(std::int64_t n) { return {n}; }
    static constexpr Duration microseconds(std::int64_t n) { return {n * 1'000}; }
    static constexpr Duration milliseconds(std::int64_t n) { return {n * 1'000'000}; }
    static constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000'000}; }
    static constexpr Duration minutes(std::int64_t n) { return seconds(n * 60); }
    static constexpr Duration hours(std::int64_t n) { return seconds(n * 3600); }
    static constexpr Duration days(std::int64_t n) { return seconds(n * 86'400); }

    constexpr double as_seconds() const { return static_cast<double>(ns) / 1e9; }
    constexpr std::int64_t as_milliseconds() const { return ns / 1'000'000; }
    constexpr auto operator<=>(const Duration&) const = default;
};

constexpr Duration operator+(Duration a, Duration b) { return {a.ns + b.ns}; }
constexpr Duration operator-(Duration a, Duration b) { return {a.ns - b.ns}; }
constexpr Duration operator*(Duration a, std::int64_t n) { return {a.ns * n}; }

/// A moment: nanoseconds since the Unix epoch (years 1678 to 2262). Wall time unless said
/// otherwise.
struct Instant {
    std::int64_t ns = 0;

    static constexpr Instant from_seconds(std::int64_t s) { return {s * 1'000'000'000}; }

    /// Whole seconds, rounded towards the past.
    constexpr std::int64_t second() const {
        return ns >= 0 ? ns / 1'000'000'000 : -((-ns + 999'999'999) / 1'000'000'000);
    }
    constexpr double as_seconds() const { return static_cast<double>(ns) / 1e9; }
    constexpr auto operator<=>(const Instant&) const = default;
};

constexpr Instant operator+(Instant t, Duration d) { return {t.ns + d.ns}; }
constexpr Instant operator-(Instant t, Duration d) { return {t.ns - d.ns}; }
constexpr Duration operator-(Instant a, Instant b) { return {a.ns - b.ns}; }

/// [start, end): the end is not part of it.
struct TimeRange {
    Instant start;
    Instant end;

    constexpr bool contains(Instant t) const { return start <= t && t < end; }
    constexpr auto operator<=>(const TimeRange&) const = default;
};

}  // namespace tomograph
