// `tomo fsck`
#include <fmt/format.h>

#include <algorithm>

#include "catalog/file_names.h"
#include "cli/progress.h"
#include "server/damage_text.h"
#include "server/server_catalog.h"
#include "server/store_verb_options.h"
#include "store/operations/fsck.h"

namespace tomograph {
namespace {

Result<FsckReport> check(const StoreVerbOptions& options, const cli::Console& console) {
    const auto files = make_real_file_system();
    cli::ProgressLine line(console, "fsck", options.err_is_tty);
    auto report =
        TRY(fsck_store(*files, options.data_dir, options.repair, [&](const StoreProgress& now) {
            line.update(now.done_bytes, now.total_bytes);
            return true;
        }));
    TRY(verify_catalog_in(*files, options.data_dir, report.found));
    return report;
}

bool has_damaged_catalog(const FsckReport& report) {
    return std::any_of(report.found.damage.begin(), report.found.damage.end(),
                       [](const Damage& damage) { return damage.file == catalog_name; });
}

}  // namespace

cli::ExitCode run_fsck(const StoreVerbOptions& options, const cli::Console& console) {
    const auto report = check(options, console);
    if (!report) return console.fail(report.error());
    tell_findings(report->found, console);
    for (const std::string& repair : report->repairs) console.hint("repaired: " + repair);
    const auto& damage = report->found.damage;
    const bool is_left = !damage.empty() && !options.repair;
    if (is_left)
        console.hint(fmt::format("next: tomo fsck --data-dir {} --repair", options.data_dir));
    if (is_left) return cli::ExitCode::server_error;
    if (has_damaged_catalog(*report)) {
        console.hint("the catalog is not repaired: restore it from a backup, or move it away");
        return cli::ExitCode::server_error;
    }
    const bool has_bad_blocks = report->has_bad_blocks();
    if (has_bad_blocks)
        console.hint("files with single damaged blocks stay: all else in them serves");
    return has_bad_blocks ? cli::ExitCode::server_error : cli::ExitCode::ok;
}

}  // namespace tomograph
