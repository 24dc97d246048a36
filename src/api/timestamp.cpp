#include "api/timestamp.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>

#include "api/error.h"
#include "api/limits.h"

namespace tomograph {

namespace {

constexpr std::int64_t second_max = 9'223'372'035;  // what int64 nanoseconds can hold

Error not_a_time(std::string_view text) {
    return Error(ErrorCode::invalid, quoted(text) + " is not a time between 1970 and 2262");
}

std::string shown(double number) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
    return std::string(buffer, end);
}

/// Reads fixed-width digits from the front of a text.
class DateReader {
 public:
    explicit DateReader(std::string_view text) : rest_(text) {}

    std::optional<int> digits(std::size_t count) {
        if (rest_.size() < count) return std::nullopt;
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }
    bool skip(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool at_end() const { return rest_.empty(); }

 private:
    std::string_view rest_;
};

/// "HH:MM[:SS[.fraction]]" as nanoseconds of the day.
std::optional<std::int64_t> read_time_of_day(DateReader& reader) {
    const auto hour = reader.digits(2);
    if (!hour || *hour > 24 || !reader.skip(':')) return std::nullopt;
    const auto minute = reader.digits(2);
    if (!minute || *minute > 59) return std::nullopt;
    std::int64_t ns = (*hour * 3600LL + *minute * 60LL) * 1'000'000'000;
    if (!reader.skip(':')) return ns;
    const auto second = reader.digits(2);
    if (!second || *second > 60) return std::nullopt;
    ns += *second * 1'000'000'000LL;
    if (!reader.skip('.')) return ns;
    std::int64_t unit = 100'000'000;
    auto digit = reader.digits(1);
    if (!digit) return std::nullopt;
    for (; digit; digit = reader.digits(1)) {
        ns += *digit * unit;
        unit /= 10;
    }
    return ns;
}

/// "Z", "+HH:MM", "+HHMM" or nothing, as nanoseconds east of UTC.
std::optional<std::int64_t> read_zone(DateReader& reader) {
    if (reader.skip('Z') || reader.skip('z') || reader.at_end()) return 0;
    const bool is_east = reader.skip('+');
    if (!is_east && !reader.skip('-')) return std::nullopt;
    const auto hour = reader.digits(2);
    reader.skip(':');
    const auto minute = reader.digits(2);
    if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
    const std::int64_t ns = (*hour * 3600LL + *minute * 60LL) * 1'000'000'000;
    return is_east ? ns : -ns;
}

std::optional<Instant> read_iso_8601(std::string_view text) {
    DateReader reader(text);
    const auto year = reader.digits(4);
    if (!year || !reader.skip('-')) return std::nullopt;
    const auto month = reader.digits(2);
    if (!month || !reader.skip('-')) return std::nullopt;
    const auto day = reader.digits(2);
    if (!day || *year < 1970 || *year > 2261) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    Instant instant = Instant::from_seconds(days * 86'400);
    if (reader.at_end()) return instant;
    if (!reader.skip('T') && !reader.skip('t') && !reader.skip(' ')) return std::nullopt;
    const auto time_of_day = read_time_of_day(reader);
    if (!time_of_day) return std::nullopt;
    const auto zone = read_zone(reader);
    if (!zone || !reader.at_end()) return std::nullopt;
    return instant + Duration{*time_of_day - *zone};
}

}  // namespace

Result<Instant> timestamp_from(std::int64_t number) {
    if (number < 0) return not_a_time(std::to_string(number));
    if (number <= static_cast<std::int64_t>(timestamp_seconds_max)) {
        if (number > second_max) return not_a_time(std::to_string(number));
        return Instant::from_seconds(number);
    }
    if (number / 1000 > second_max) return not_a_time(std::to_string(number));
    return Instant{number * 1'000'000};
}

Result<Instant> timestamp_from(double number) {
    const double seconds = number > timestamp_seconds_max ? number / 1000 : number;
    // Written so that NaN fails too.
    if (!(seconds >= 0 && seconds <= static_cast<double>(second_max)))
        return not_a_time(shown(number));
    const double whole = std::floor(seconds);
    return Instant{static_cast<std::int64_t>(whole) * 1'000'000'000 +
                   std::llround((seconds - whole) * 1e9)};
}

Result<Instant> timestamp_from(std::string_view text) {
    if (const auto instant = read_iso_8601(text)) return *instant;
    const char* const end = text.data() + text.size();
    std::int64_t integer = 0;
    if (const auto read = std::from_chars(text.data(), end, integer);
        read.ec == std::errc() && read.ptr == end)
        return timestamp_from(integer);
    double number = 0;
    if (const auto read = std::from_chars(text.data(), end, number);
        read.ec == std::errc() && read.ptr == end)
        if (auto instant = timestamp_from(number)) return instant;
    return not_a_time(text);
}

}  // namespace tomograph
