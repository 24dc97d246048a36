#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "cli/console.h"

namespace tomograph::cli {

/// "1.2 GB"; powers of 1,000, two to three digits.
std::string bytes_text(std::uint64_t bytes);

struct ProgressState {
    std::uint64_t done_bytes = 0;
    std::uint64_t total_bytes = 0;
    Duration elapsed;
};

/// "backup  █████░░░░░  52 %  1.2 GB of 2.3 GB  310 MB/s  4 s left", within the terminal's width.
std::string progress_text(const Terminal& terminal, std::string_view what,
                          const ProgressState& state);

/// Shows on `err` how far a long operation is: on a terminal one line that is drawn again and gone
/// at the end, otherwise a line every ten seconds. Quiet consoles show nothing.
class ProgressLine {
 public:
    /// is_tty  whether `err` is a terminal
    ProgressLine(const Console& console, std::string what, bool is_tty);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void update(std::uint64_t done_bytes, std::uint64_t total_bytes);

 private:
    const Console& console_;
    std::string what_;
    bool is_tty_;
    bool is_drawn_ = false;
    Duration start_;
    Duration next_;
};

}  // namespace tomograph::cli
