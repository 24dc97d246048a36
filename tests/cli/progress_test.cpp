#include "cli/progress.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace tomograph::cli {
namespace {

struct Screen {
    ManualClock clock{Instant::from_seconds(1)};
    std::string err;
    Console console{.terminal = {.unicode = false, .columns = 100},
                    .clock = clock,
                    .out = [](std::string_view) {},
                    .err = [this](std::string_view text) { err += text; }};
};

}  // namespace

TEST_CASE("sizes are told in two or three digits") {
    CHECK(bytes_text(0) == "0 B");
    CHECK(bytes_text(999) == "999 B");
    CHECK(bytes_text(1'000) == "1.0 kB");
    CHECK(bytes_text(9'960) == "10 kB");
    CHECK(bytes_text(999'600) == "1.0 MB");
    CHECK(bytes_text(123'456'789'012) == "123 GB");
}

TEST_CASE("a progress line tells share, rate and what is left, and fits the terminal") {
    Terminal terminal{.unicode = false, .columns = 100};
    CHECK(progress_text(terminal, "backup",
                        {.done_bytes = 250'000'000,
                         .total_bytes = 1'000'000'000,
                         .elapsed = Duration::seconds(5)}) ==
          "backup  ######------------------  25 %  250 MB of 1.0 GB  50 MB/s  15 s left");
    CHECK(progress_text(terminal, "verify", {}) ==
          "verify  ------------------------  0 %  0 B of 0 B");
    terminal.columns = 20;
    CHECK(progress_text(terminal, "backup", {.done_bytes = 9, .total_bytes = 9, .elapsed = {}})
              .size() <= 19);
}

TEST_CASE("on a terminal one line is drawn again and gone at the end") {
    Screen screen;
    {
        ProgressLine line(screen.console, "verify", true);
        line.update(1, 4);
        line.update(2, 4);  // too soon
        screen.clock.advance(Duration::milliseconds(200));
        line.update(3, 4);
    }
    CHECK(screen.err ==
          "\r\x1b[Kverify  ######------------------  25 %  1 B of 4 B"
          "\r\x1b[Kverify  ##################------  75 %  3 B of 4 B"
          "\r\x1b[K");
}

TEST_CASE("in a pipe there is a line every ten seconds, and none when quiet") {
    Screen screen;
    {
        ProgressLine line(screen.console, "verify", false);
        for (int i = 0; i < 25; ++i) {
            line.update(1, 4);
            screen.clock.advance(Duration::seconds(1));
        }
    }
    CHECK(std::count(screen.err.begin(), screen.err.end(), '\n') == 2);
    screen.err.clear();
    screen.console.is_quiet = true;
    ProgressLine(screen.console, "verify", true).update(1, 4);
    CHECK(screen.err.empty());
}

}  // namespace tomograph::cli
