#include "server/remote_operation.h"

#include <fmt/format.h>

#include "cli/api_client.h"
#include "cli/progress.h"
#include "cli/stop_signal.h"

namespace tomograph {
namespace {

constexpr Duration poll_interval = Duration::milliseconds(200);

}  // namespace

Result<cli::JsonDocument> run_on_server(const StoreVerbOptions& options,
                                        const cli::Console& console, std::string_view kind,
                                        const std::string& request) {
    const std::string endpoint =
        TRY(cli::choose_endpoint(options.endpoint, cli::process_environment));
    cli::ApiClient api(endpoint, console);
    cli::StopSignal stop;
    const auto started = TRY(api.call(fmt::format("/api/v1/{}", kind), request));
    const double id = started.root()["Id"].number();
    cli::ProgressLine line(console, std::string(kind), options.err_is_tty);
    while (true) {
        auto answer = TRY(api.call("/api/v1/operation", "{}"));
        const cli::Json state = answer.root();
        if (state["Id"].number() != id)
            return Error(ErrorCode::internal, "the server has begun another operation since");
        if (state["State"].text() == "failed")
            return Error(ErrorCode::internal, std::string(state["Error"].text()));
        if (state["State"].text() == "done") return answer;
        line.update(static_cast<std::uint64_t>(state["DoneBytes"].number()),
                    static_cast<std::uint64_t>(state["TotalBytes"].number()));
        if (!stop.wait(poll_interval))
            return Error(ErrorCode::cancelled, "stopped waiting; the server goes on with it");
    }
}

}  // namespace tomograph
