#pragma once

#include <optional>
#include <string>

#include "cli/terminal.h"

namespace tomograph::cli {

enum class Status { ok, error, fault, throttle, in_progress };

struct StatusFlags {
    bool error = false;
    bool fault = false;
    bool throttle = false;
    bool in_progress = false;
};

/// The one that counts: fault > throttle > error > in progress > ok.
Status status_of(const StatusFlags& flags);

Style style_of(Status status);
/// "✓", "!", "✗", "~", "…"; ASCII "+", "!", "x", "~", ".".
std::string_view symbol_of(const Terminal& terminal, Status status);
/// "ok", "error", "fault", "throttle", "in progress": never translated.
std::string_view word_of(Status status);
/// "✗ 502", or the word when there is no number: "✗ fault".
std::string status_text(const Terminal& terminal, Status status, std::optional<int> http_status);

}  // namespace tomograph::cli
