#include "cli/status.h"

#include <fmt/format.h>

namespace tomograph::cli {

Status status_of(const StatusFlags& flags) {
    if (flags.fault) return Status::fault;
    if (flags.throttle) return Status::throttle;
    if (flags.error) return Status::error;
    return flags.in_progress ? Status::in_progress : Status::ok;
}

Style style_of(Status status) {
    switch (status) {
        case Status::ok:
            return Style::ok;
        case Status::error:
            return Style::error;
        case Status::fault:
            return Style::fault;
        case Status::throttle:
            return Style::throttle;
        case Status::in_progress:
            return Style::accent;
    }
    return Style::plain;
}

std::string_view symbol_of(const Terminal& terminal, Status status) {
    switch (status) {
        case Status::ok:
            return terminal.unicode ? "✓" : "+";
        case Status::error:
            return "!";
        case Status::fault:
            return terminal.unicode ? "✗" : "x";
        case Status::throttle:
            return "~";
        case Status::in_progress:
            return terminal.unicode ? "…" : ".";
    }
    return "?";
}

std::string_view word_of(Status status) {
    switch (status) {
        case Status::ok:
            return "ok";
        case Status::error:
            return "error";
        case Status::fault:
            return "fault";
        case Status::throttle:
            return "throttle";
        case Status::in_progress:
            return "in progress";
    }
    return "?";
}

std::string status_text(const Terminal& terminal, Status status, std::optional<int> http_status) {
    const std::string_view symbol = symbol_of(terminal, status);
    if (http_status) return fmt::format("{} {}", symbol, *http_status);
    return fmt::format("{} {}", symbol, word_of(status));
}

}  // namespace tomograph::cli
