#pragma once

#include "base/result.h"

namespace tomograph::cli {

/// What a verb tells the shell (part of the public interface: scripts test it).
enum class ExitCode {
    ok = 0,
    nothing_matched = 1,  ///< with --exit-status
    usage = 2,
    cannot_connect = 3,
    denied = 4,
    server_error = 5,
    partial = 6,
    unhealthy = 7,  ///< a doctor found a problem
};

constexpr int to_int(ExitCode code) { return static_cast<int>(code); }

/// Errors of the API client and of what verbs read: unavailable is "cannot connect".
constexpr ExitCode exit_code_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
            return ExitCode::usage;
        case ErrorCode::unavailable:
            return ExitCode::cannot_connect;
        case ErrorCode::denied:
            return ExitCode::denied;
        case ErrorCode::cancelled:
            return ExitCode::partial;
        default:
            return ExitCode::server_error;
    }
}

}  // namespace tomograph::cli
