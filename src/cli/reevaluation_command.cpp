#include "cli/reevaluation_command.h"

#include <fmt/format.h>

#include "cli/progress.h"
#include "cli/stop_signal.h"
#include "cli/table.h"
#include "cli/time_text.h"

namespace tomograph::cli {
namespace {

constexpr Duration look_interval = Duration::milliseconds(500);

std::string path_of(const ReevaluationOptions& options) {
    return "/api/v1/groups/" + url_encoded(options.name) + "/reevaluation";
}

std::uint64_t count(Json value) { return static_cast<std::uint64_t>(value.number()); }

std::string time_of(Json seconds) {
    return seconds ? rfc3339(Instant::from_seconds(static_cast<std::int64_t>(seconds.number())))
                   : "";
}

std::string parts_text(Json status) {
    if (!status["Parts"]) return "";
    if (!status["PartsDone"]) return fmt::format("{}", count(status["Parts"]));
    return fmt::format("{} of {}", count(status["PartsDone"]), count(status["Parts"]));
}

void show(Json status, const ReevaluationOptions& options, const Console& console) {
    if (options.format == OutputFormat::json) return console.out(status.to_json() + "\n");
    Table table({{"group"}, {"state"}, {"parts"}, {"damaged"}, {"began"}, {"ended"}});
    const std::string state(status["State"].text());
    table.add({{std::string(status["GroupName"].text()), Style::bold},
               {status["WaitsForDisk"].boolean() ? state + ", no room on the disk" : state},
               {parts_text(status)},
               {status["DamagedParts"] ? fmt::format("{}", count(status["DamagedParts"])) : ""},
               {time_of(status["Began"]), Style::dim},
               {time_of(status["Ended"]), Style::dim}});
    console.out(console.terminal.is_tty ? table.to_text(console.terminal)
                                        : table.to_tab_separated());
}

/// Until it does not run any more.
Result<JsonDocument> wait(const ReevaluationOptions& options, ApiClient& api,
                          const Console& console) {
    StopSignal stop;
    ProgressLine line(console, "reevaluate", options.err_is_tty);
    while (true) {
        auto answer = TRY(api.get(path_of(options)));
        const Json status = answer.root();
        if (status["State"].text() != "running") return answer;
        line.update(count(status["BytesDone"]), count(status["Bytes"]));
        if (!stop.wait(look_interval))
            return Error(ErrorCode::cancelled, "stopped waiting; the server goes on with it");
    }
}

Result<JsonDocument> ask(const ReevaluationOptions& options, ApiClient& api,
                         const Console& console) {
    if (options.is_cancelling) return api.remove(path_of(options));
    auto started = TRY(api.call(path_of(options), "{}"));
    if (!options.is_waiting) return started;
    return wait(options, api, console);
}

}  // namespace

ExitCode run_reevaluate(const ReevaluationOptions& options, ApiClient& api,
                        const Console& console) {
    const auto answer = ask(options, api, console);
    if (!answer) return console.fail(answer.error());
    const Json status = answer->root();
    show(status, options, console);
    return options.is_waiting && status["State"].text() != "done" ? ExitCode::partial
                                                                  : ExitCode::ok;
}

ExitCode run_group_status(const ReevaluationOptions& options, ApiClient& api,
                          const Console& console) {
    const auto answer = api.get(path_of(options));
    if (!answer) return console.fail(answer.error());
    show(answer->root(), options, console);
    return ExitCode::ok;
}

}  // namespace tomograph::cli
