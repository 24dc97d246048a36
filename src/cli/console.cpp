#include "cli/console.h"

#include <cstdio>

#include "cli/text.h"

namespace tomograph::cli {

void Console::hint(std::string_view line) const {
    if (!is_quiet) err(paint(terminal, Style::dim, line) + "\n");
}

ExitCode Console::fail(ExitCode code, std::string_view sentence, std::string_view next) const {
    std::string line = say(Message::error_word, {safe_text(sentence)});
    if (!next.empty()) {
        const bool is_closed = line.ends_with('.') || line.ends_with('?') || line.ends_with("。");
        line.append(is_closed ? " " : ". ").append(next);
    }
    err(line + "\n");
    return code;
}

ExitCode Console::fail(const Error& error) const {
    const bool is_connection = error.code() == ErrorCode::unavailable;
    return fail(exit_code_of(error.code()), error.message(),
                is_connection ? say(Message::is_server_running) : std::string());
}

Console standard_console(const Clock& clock) {
    const auto write = [](std::FILE* file, std::string_view text) {
        std::fwrite(text.data(), 1, text.size(), file);
        std::fflush(file);
    };
    return {.terminal = standard_output_terminal(),
            .clock = clock,
            .out = [write](std::string_view text) { write(stdout, text); },
            .err = [write](std::string_view text) { write(stderr, text); }};
}

}  // namespace tomograph::cli
