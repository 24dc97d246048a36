#pragma once

#include <functional>
#include <string>

#include "cli/console.h"

namespace tomograph::cli {

/// Draws a picture of its own over the terminal's, again after each pause, until a signal comes.
/// What has no room in the window is counted in its last line. An error is drawn in place of the
/// picture, and told at the end when it was the last thing to see; one of usage ends it at once.
///
/// draw  gets a console with the window's size as it is now
ExitCode draw_live(const Console& console, Duration pause,
                   const std::function<Result<std::string>(const Console&)>& draw);

}  // namespace tomograph::cli
