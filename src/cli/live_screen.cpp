#include "cli/live_screen.h"

#include <algorithm>

#include "cli/stop_signal.h"

namespace tomograph::cli {
namespace {

/// Draws over what was there: home, each line cleared to its end, the rest of the screen cleared.
/// Scrolling would spoil the picture.
std::string screen(std::string_view text, const Console& console) {
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    const std::size_t rows = console.terminal.rows;
    const bool fits = rows < 3 || lines < rows;
    std::string out = "\x1b[H";
    for (std::size_t line = 0; line < (fits ? lines : rows - 2); ++line) {
        const std::size_t end = text.find('\n');
        out.append(text.substr(0, end)).append("\x1b[K\n");
        text.remove_prefix(end + 1);
    }
    if (!fits)
        out +=
            console.say(Message::map_more_rows, {std::to_string(lines - (rows - 2))}) + "\x1b[K\n";
    return out + "\x1b[J";
}

}  // namespace

ExitCode draw_live(const Console& console, Duration pause,
                   const std::function<Result<std::string>(const Console&)>& draw) {
    StopSignal stop;
    console.out("\x1b[?1049h\x1b[?25l");  // a screen of its own, no cursor
    ExitCode code = ExitCode::ok;
    Console on_screen = console;
    std::string failure;
    on_screen.err = [&](std::string_view text) { failure += text; };
    do {
        on_screen.terminal = standard_output_terminal();  // the window may have changed its size
        failure.clear();
        const auto picture = draw(on_screen);
        code = picture ? ExitCode::ok : on_screen.fail(picture.error());
        console.out(screen(picture ? *picture : failure, on_screen));
        if (code == ExitCode::usage) break;
    } while (stop.wait(pause));
    console.out("\x1b[?25h\x1b[?1049l");
    if (!failure.empty()) console.err(failure);
    return code;
}

}  // namespace tomograph::cli
