#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/clock.h"
#include "base/result.h"

namespace tomograph {

enum class LogLevel { debug, info, warn, error };

/// A field's value as text; numbers and booleans stay bare in JSON lines.
class LogValue {
 public:
    LogValue(const char* text) : text_(text) {}
    LogValue(std::string_view text) : text_(text) {}
    LogValue(const std::string& text) : text_(text) {}
    LogValue(bool value) : text_(value ? "true" : "false"), bare_(true) {}
    LogValue(double value);
    template <class T>
        requires std::is_integral_v<T>
    LogValue(T value) : text_(std::to_string(value)), bare_(true) {}
    LogValue(const Error& error) : text_(error.message()) {}

    const std::string& text() const { return text_; }
    bool is_bare() const { return bare_; }

 private:
    std::string text_;
    bool bare_ = false;
};

struct LogField {
    std::string_view key;
    LogValue value;
};

/// One structured line on standard error: time, level, a constant lower-case message, then fields.
///
///   log_warn("part skipped", {{"part", name}, {"error", error}});
///
/// The same message more than 10 times in 10 s is held back and counted in a closing line. Never
/// blocks on a full pipe for longer than one write. No secrets, no payloads. Threads: any.
void log_debug(std::string_view message, std::initializer_list<LogField> fields = {});
void log_info(std::string_view message, std::initializer_list<LogField> fields = {});
void log_warn(std::string_view message, std::initializer_list<LogField> fields = {});
void log_error(std::string_view message, std::initializer_list<LogField> fields = {});

struct LogOptions {
    LogLevel level_min = LogLevel::info;
    bool json = false;
    /// Where lines go, each ending in '\n'; empty: standard error. Called by one thread at a time;
    /// must not log.
    std::function<void(std::string_view line)> sink;
    /// For the times of lines and windows; null: the real one. Must outlive the options.
    const Clock* clock = nullptr;
};

/// Replaces the options; called at start, and by tests.
void set_log_options(LogOptions options);

/// Writes the closing lines of all messages held back now; called before the process ends.
void flush_log();

}  // namespace tomograph
