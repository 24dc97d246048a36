#pragma once

#include <string>

#include "base/time.h"
#include "cli/terminal.h"

namespace tomograph::cli {

/// "0.4ms", "41.2ms", "812ms", "4.31s", "2m05s": at most 6 characters.
std::string duration_text(Duration length);

/// "just now", "12s ago", "5m ago", "3h ago", "2d ago"; in Japanese "5分前".
std::string age_text(Language language, Duration age);

/// "2026-08-22T04:00:05.250Z": UTC, for programs.
std::string rfc3339(Instant time);

/// "04:00:05" in local time on the day of `now`, else with the date: for people.
std::string local_text(Instant time, Instant now);

}  // namespace tomograph::cli
