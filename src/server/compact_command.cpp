// `tomo compact`
#include <fmt/format.h>

#include "cli/progress.h"
#include "server/offline_store.h"
#include "server/remote_operation.h"
#include "server/store_verb_options.h"

namespace tomograph {
namespace {

cli::ExitCode tell(const cli::Console& console, std::uint64_t merges) {
    console.hint(merges == 0 ? std::string("there was nothing to merge")
                             : fmt::format("{} merges; each day has one part", merges));
    return cli::ExitCode::ok;
}

}  // namespace

cli::ExitCode run_compact(const StoreVerbOptions& options, const cli::Console& console) {
    if (options.data_dir.empty()) {
        const auto answer = run_on_server(options, console, "compact", "{}");
        if (!answer) return console.fail(answer.error());
        return tell(console, static_cast<std::uint64_t>(answer->root()["Merges"].number()));
    }
    std::uint64_t merges = 0;
    const auto done = with_offline_store(
        options.data_dir, console.clock, [&](EmbeddedStore& store) -> Result<void> {
            cli::ProgressLine line(console, "compact", options.err_is_tty);
            merges = TRY(store.compact([&](const StoreProgress& now) {
                line.update(now.done_bytes, now.total_bytes);
                return true;
            }));
            return {};
        });
    if (!done) return console.fail(done.error());
    return tell(console, merges);
}

}  // namespace tomograph
