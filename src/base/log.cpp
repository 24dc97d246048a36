#include "base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <map>

#include "base/guarded.h"
#include "base/limits.h"
#include "base/log_line.h"

namespace tomograph {
namespace {

/// How often one message was said since its window began.
struct Window {
    LogLevel level = LogLevel::info;
    Duration start;
    std::size_t printed = 0;
    std::uint64_t held_back = 0;
};

struct Log {
    LogOptions options;
    std::map<std::string, Window, std::less<>> windows;
};

/// Never destroyed: destructors of other globals may log.
Guarded<Log>& the_log() {
    static auto* log = new Guarded<Log>();
    return *log;
}

const Clock& clock_of(const Log& log) {
    static const RealClock real;
    return log.options.clock != nullptr ? *log.options.clock : real;
}

void write_to_stderr(std::string_view line) {
    ssize_t written = 0;
    do {
        written = ::write(STDERR_FILENO, line.data(), line.size());
    } while (written < 0 && errno == EINTR);
    // A closed or full standard error is nobody's to report to.
}

void print(const Log& log, LogLevel level, std::string_view message,
           std::initializer_list<LogField> fields) {
    const LogLine line{clock_of(log).now(), level, message, fields};
    const std::string text = log.options.json ? to_json_line(line) : to_human_line(line);
    if (log.options.sink)
        log.options.sink(text);
    else
        write_to_stderr(text);
}

void close_window(const Log& log, const std::string& message, const Window& window) {
    if (window.held_back > 0) print(log, window.level, message, {{"repeated", window.held_back}});
}

void close_windows_before(Log& log, Duration start) {
    std::erase_if(log.windows, [&](const auto& entry) {
        const auto& [message, window] = entry;
        if (window.start >= start) return false;
        close_window(log, message, window);
        return true;
    });
}

void close_all_windows(Log& log) {
    for (const auto& [message, window] : log.windows) close_window(log, message, window);
    log.windows.clear();
}

/// Whether the message may be printed now; if not, it is counted.
bool admit(Log& log, LogLevel level, std::string_view message) {
    const Duration now = clock_of(log).monotonic();
    close_windows_before(log, now - log_repeat_window);
    auto at = log.windows.find(message);
    if (at == log.windows.end()) {
        if (log.windows.size() >= log_messages_max) return true;
        at = log.windows.emplace(std::string(message), Window{.level = level, .start = now}).first;
    }
    Window& window = at->second;
    if (window.printed == log_repeat_max) {
        ++window.held_back;
        return false;
    }
    ++window.printed;
    return true;
}

void log_at(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    auto log = the_log().lock();
    if (level < log->options.level_min) return;
    if (admit(*log, level, message)) print(*log, level, message, fields);
}

}  // namespace

LogValue::LogValue(double value) : text_(fmt::format("{}", value)), bare_(std::isfinite(value)) {}

void log_debug(std::string_view message, std::initializer_list<LogField> fields) {
    log_at(LogLevel::debug, message, fields);
}

void log_info(std::string_view message, std::initializer_list<LogField> fields) {
    log_at(LogLevel::info, message, fields);
}

void log_warn(std::string_view message, std::initializer_list<LogField> fields) {
    log_at(LogLevel::warn, message, fields);
}

void log_error(std::string_view message, std::initializer_list<LogField> fields) {
    log_at(LogLevel::error, message, fields);
}

void set_log_options(LogOptions options) {
    auto log = the_log().lock();
    close_all_windows(*log);
    log->options = std::move(options);
}

void flush_log() { close_all_windows(*the_log().lock()); }

}  // namespace tomograph
