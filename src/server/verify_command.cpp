// `tomo verify`
#include "cli/progress.h"
#include "server/damage_text.h"
#include "server/server_catalog.h"
#include "server/store_verb_options.h"
#include "store/file_names.h"

namespace tomograph {
namespace {

/// A server that writes meanwhile would look like damage.
Result<std::unique_ptr<FileLock>> lock_if_used(FileSystem& files, const std::string& directory) {
    const std::string path = join_path(directory, lock_name);
    if (!TRY(files.exists(path))) return std::unique_ptr<FileLock>();
    auto lock = files.lock(path);
    if (!lock && lock.error().code() == ErrorCode::conflict)
        return Error(ErrorCode::conflict, "a server uses " + directory +
                                              ": verify a backup of it; its own parts it reads "
                                              "by itself, see damaged_parts in /readyz");
    return lock;
}

Result<VerifyReport> verify(const StoreVerbOptions& options, const cli::Console& console) {
    const std::string directory = options.directory.empty() ? "./tomo-data" : options.directory;
    const auto files = make_real_file_system();
    const auto lock = TRY(lock_if_used(*files, directory));
    cli::ProgressLine line(console, "verify", options.err_is_tty);
    auto report = TRY(verify_store(*files, directory, [&](const StoreProgress& now) {
        line.update(now.done_bytes, now.total_bytes);
        return true;
    }));
    TRY(verify_catalog_in(*files, directory, report));
    return report;
}

}  // namespace

cli::ExitCode run_verify(const StoreVerbOptions& options, const cli::Console& console) {
    const auto report = verify(options, console);
    if (!report) return console.fail(report.error());
    tell_findings(*report, console);
    return report->damage.empty() ? cli::ExitCode::ok : cli::ExitCode::server_error;
}

}  // namespace tomograph
