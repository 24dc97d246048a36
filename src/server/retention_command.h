#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/console.h"

namespace tomograph {

/// What `tomo retention`, `pin`, `unpin` and `redact` take. All ask the running server.
struct RetentionOptions {
    std::string endpoint;
    std::string output;  ///< "json": the server's answer; else a table
    std::vector<std::string> trace_ids;
    bool yes = false;  ///< redact: do it

    // set
    std::uint32_t retention_class = 0;
    std::optional<std::uint32_t> days;
    std::optional<std::uint32_t> summary_days;
    bool has_fault = false;
    bool has_error = false;
    bool has_throttle = false;
    std::string service;
    std::optional<double> slower_seconds;
    std::string group;
    bool remove = false;
};

cli::ExitCode run_retention_show(const RetentionOptions& options, const cli::Console& console);
cli::ExitCode run_retention_set(const RetentionOptions& options, const cli::Console& console);
cli::ExitCode run_retention_plan(const RetentionOptions& options, const cli::Console& console);
/// Without ids: lists what is pinned.
cli::ExitCode run_pin(const RetentionOptions& options, const cli::Console& console);
cli::ExitCode run_unpin(const RetentionOptions& options, const cli::Console& console);
cli::ExitCode run_redact(const RetentionOptions& options, const cli::Console& console);

}  // namespace tomograph
