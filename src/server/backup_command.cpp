// `tomo backup`
#include <fmt/format.h>

#include <filesystem>

#include "cli/progress.h"
#include "server/offline_store.h"
#include "server/remote_operation.h"
#include "server/store_verb_options.h"

namespace tomograph {
namespace {

using cli::bytes_text;

cli::ExitCode tell(const cli::Console& console, std::string_view place, std::uint64_t files,
                   std::uint64_t bytes, std::uint64_t linked) {
    console.out(fmt::format("{}\n", place));
    console.hint(fmt::format("{} files, {}, of which {} are shared; next: tomo verify {}", files,
                             bytes_text(bytes), bytes_text(linked), place));
    return cli::ExitCode::ok;
}

cli::ExitCode backup_by_server(const StoreVerbOptions& options, const cli::Console& console) {
    std::string request = fmt::format(R"({{"Destination":{})", cli::json_quoted(options.directory));
    if (!options.previous.empty())
        request += fmt::format(R"(,"Previous":{})", cli::json_quoted(options.previous));
    const auto answer = run_on_server(options, console, "backup", request + "}");
    if (!answer) return console.fail(answer.error());
    const cli::Json done = answer->root();
    const auto number = [&](std::string_view name) {
        return static_cast<std::uint64_t>(done[name].number());
    };
    return tell(console, done["Destination"].text(), number("Files"), number("Bytes"),
                number("LinkedBytes"));
}

/// As the file system knows it: a name that does not depend on where the verb was called.
std::string absolute(const std::string& path) {
    return path.empty() ? path : std::filesystem::absolute(path).lexically_normal().string();
}

}  // namespace

cli::ExitCode run_backup(const StoreVerbOptions& options, const cli::Console& console) {
    if (options.data_dir.empty()) return backup_by_server(options, console);
    SnapshotReport report;
    const std::string destination = absolute(options.directory);
    const auto done = with_offline_store(
        options.data_dir, console.clock, [&](EmbeddedStore& store) -> Result<void> {
            cli::ProgressLine line(console, "backup", options.err_is_tty);
            report = TRY(store.snapshot({.destination = destination,
                                         .previous = absolute(options.previous),
                                         .progress = [&](const StoreProgress& now) {
                                             line.update(now.done_bytes, now.total_bytes);
                                             return true;
                                         }}));
            return {};
        });
    if (!done) return console.fail(done.error());
    return tell(console, destination, report.files, report.bytes, report.linked_bytes);
}

}  // namespace tomograph
