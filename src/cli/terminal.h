#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tomograph::cli {

enum class Language { english, japanese };

/// What the place that output goes to can show.
struct Terminal {
    bool is_tty = false;
    bool colour = false;
    bool unicode = true;  ///< false: ASCII only, the locale is not UTF-8
    std::size_t columns = 100;
    std::size_t rows = 0;  ///< 0: unknown
    Language language = Language::english;

    /// What stands for text that was cut.
    std::string_view ellipsis() const { return unicode ? "…" : "~"; }
};

/// A variable of the environment; absent when unset or empty.
using Environment = std::function<std::optional<std::string>(const char* name)>;
std::optional<std::string> process_environment(const char* name);

struct TerminalFacts {
    bool is_tty = false;
    std::size_t columns = 0;  ///< as the terminal says; 0: unknown
    std::size_t rows = 0;
};

/// Honours NO_COLOR, CLICOLOR_FORCE, TERM=dumb, COLUMNS, and LC_ALL, LC_MESSAGES (or LC_CTYPE),
/// LANG.
Terminal describe_terminal(const TerminalFacts& facts, const Environment& environment);
bool standard_error_is_tty();
/// Asks the operating system about standard output.
Terminal standard_output_terminal();

enum class Style { plain, dim, bold, ok, error, fault, throttle, accent, heading };

/// `text` in a style, when the terminal has colour.
std::string paint(const Terminal& terminal, Style style, std::string_view text);

}  // namespace tomograph::cli
