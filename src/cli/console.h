#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/messages.h"
#include "cli/terminal.h"

namespace tomograph::cli {

/// Where a verb speaks: data to `out`, all else (hints, progress, errors) to `err`.
struct Console {
    Terminal terminal;
    const Clock& clock;
    bool is_quiet = false;    ///< -q: no hints
    bool is_verbose = false;  ///< -v: requests as curl
    std::function<void(std::string_view)> out;
    std::function<void(std::string_view)> err;

    std::string say(Message message, std::initializer_list<std::string_view> arguments = {}) const {
        return cli::say(terminal.language, message, arguments);
    }
    /// A line on `err`, unless quiet.
    void hint(std::string_view line) const;
    /// "tomo: <sentence>" on `err`, and a next step below it; returns the code.
    ExitCode fail(ExitCode code, std::string_view sentence, std::string_view next = {}) const;
    ExitCode fail(const Error& error) const;
};

/// A console on the process's standard output and error.
Console standard_console(const Clock& clock);

}  // namespace tomograph::cli
