// `tomo restore`
#include <fmt/format.h>

#include "cli/progress.h"
#include "server/store_verb_options.h"
#include "store/operations/restore.h"

namespace tomograph {

cli::ExitCode run_restore(const StoreVerbOptions& options, const cli::Console& console) {
    const auto files = make_real_file_system();
    RestoreReport report;
    {
        cli::ProgressLine line(console, "restore", options.err_is_tty);
        auto restored = restore_store(*files, options.directory, options.data_dir,
                                      [&](const StoreProgress& now) {
                                          line.update(now.done_bytes, now.total_bytes);
                                          return true;
                                      });
        if (!restored) return console.fail(restored.error());
        report = *restored;
    }
    console.hint(fmt::format("{} files, {}; next: tomo serve --data-dir {}", report.files,
                             cli::bytes_text(report.bytes), options.data_dir));
    return cli::ExitCode::ok;
}

}  // namespace tomograph
