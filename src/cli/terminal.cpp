#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "cli/limits.h"

namespace tomograph::cli {
namespace {

/// The value of a locale category: LC_ALL, then the category, then LANG.
std::string locale_of(const Environment& environment, const char* category) {
    for (const char* name : {"LC_ALL", category, "LANG"})
        if (auto value = environment(name)) return *std::move(value);
    return {};
}

bool says_utf8(std::string locale) {
    std::transform(locale.begin(), locale.end(), locale.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

std::size_t columns_from(const Environment& environment) {
    const auto text = environment("COLUMNS");
    std::size_t columns = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), columns);
    return columns;
}

std::string_view code_of(Style style) {
    switch (style) {
        case Style::plain:
            return "";
        case Style::dim:
            return "2";
        case Style::bold:
            return "1";
        case Style::ok:
            return "32";
        case Style::error:
            return "33";
        case Style::fault:
            return "31";
        case Style::throttle:
            return "35";
        case Style::accent:
            return "36";
        case Style::heading:
            return "1;4";
    }
    return "";
}

}  // namespace

std::optional<std::string> process_environment(const char* name) {
    const char* value =
        std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no one sets it meanwhile
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
}

Terminal describe_terminal(const TerminalFacts& facts, const Environment& environment) {
    Terminal terminal;
    terminal.is_tty = facts.is_tty;
    terminal.rows = facts.rows;
    const auto forced = environment("CLICOLOR_FORCE");
    terminal.colour = facts.is_tty && environment("TERM").value_or("") != "dumb";
    if (forced && *forced != "0") terminal.colour = true;
    if (environment("NO_COLOR")) terminal.colour = false;

    // Without any locale (containers, CI) UTF-8 is the safe guess today; "C" and "POSIX" are a wish
    // for ASCII.
    const std::string characters = locale_of(environment, "LC_CTYPE");
    terminal.unicode = characters.empty() || says_utf8(characters);
    const std::string messages = locale_of(environment, "LC_MESSAGES");
    if (messages.starts_with("ja") && terminal.unicode) terminal.language = Language::japanese;

    std::size_t columns = columns_from(environment);
    if (columns == 0) columns = facts.columns;
    if (columns == 0) columns = columns_default;
    terminal.columns = std::clamp(columns, columns_min, columns_max);
    return terminal;
}

bool standard_error_is_tty() { return isatty(STDERR_FILENO) == 1; }

Terminal standard_output_terminal() {
    TerminalFacts facts;
    facts.is_tty = isatty(STDOUT_FILENO) == 1;
    winsize size{};
    if (facts.is_tty && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        facts.columns = size.ws_col;
        facts.rows = size.ws_row;
    }
    return describe_terminal(facts, process_environment);
}

std::string paint(const Terminal& terminal, Style style, std::string_view text) {
    const std::string_view code = code_of(style);
    if (!terminal.colour || code.empty() || text.empty()) return std::string(text);
    std::string out = "\x1b[";
    return out.append(code).append("m").append(text).append("\x1b[0m");
}

}  // namespace tomograph::cli
