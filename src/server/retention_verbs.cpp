#include "server/retention_verbs.h"

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "server/retention_command.h"

namespace tomograph {
namespace {

using cli::Console;
using cli::ExitCode;

constexpr const char* set_examples =
    "A trace gets the lowest class whose conditions it meets, when it is sealed, and keeps it.\n"
    "When the disk's budget is exceeded, class 0 goes first, then 6 to 1.\n"
    "Examples:\n"
    "  tomo retention set 1 --days 90 --fault\n"
    "  tomo retention set 2 --days 365 --summary-days 30 --service checkout --slower 2\n"
    "  tomo retention set 2 --remove";
constexpr const char* redact_examples =
    "Without --yes it only says what it would do.\n"
    "Examples:\n"
    "  tomo redact 1-68a7f3c2-5f84c7a1b2c3d4e5f6a7b8c9\n"
    "  tomo redact 1-68a7f3c2-5f84c7a1b2c3d4e5f6a7b8c9 --yes";
constexpr const char* pin_examples =
    "Examples:\n"
    "  tomo pin 1-68a7f3c2-5f84c7a1b2c3d4e5f6a7b8c9     stays when its time is over\n"
    "  tomo pin                                         lists what is pinned";

void add_common(CLI::App& app, RetentionOptions& options, Console& console) {
    app.add_flag("-q,--quiet", console.is_quiet, "no hints");
    app.add_flag("-v,--verbose", console.is_verbose, "show requests as curl commands");
    app.add_option("--endpoint", options.endpoint,
                   "URL of the server's API; else TOMO_ENDPOINT, AWS_ENDPOINT_URL_XRAY, "
                   "http://127.0.0.1:2080")
        ->type_name("URL");
    app.add_option("-o,--output", options.output, "table or json")
        ->check(CLI::IsMember({"table", "json"}));
}

void add_set(CLI::App& set, RetentionOptions& options) {
    set.footer(set_examples);
    set.add_option("class", options.retention_class, "1 to 6")->required()->check(CLI::Range(1, 6));
    auto* days = set.add_option("--days", options.days, "how long; 0: for ever");
    auto* summary = set.add_option("--summary-days", options.summary_days,
                                   "when they are cut to their core; 0: never");
    set.add_flag("--fault", options.has_fault, "traces with a fault");
    set.add_flag("--error", options.has_error, "traces with an error");
    set.add_flag("--throttle", options.has_throttle, "traces with a throttle");
    set.add_option("--service", options.service, "traces that enter at this service");
    set.add_option("--slower", options.slower_seconds, "traces that take so long or longer")
        ->type_name("SECONDS");
    set.add_option("--group", options.group, "traces of the group of this name");
    auto* remove = set.add_flag("--remove", options.remove, "no policy for this class any more");
    remove->excludes(days);
    remove->excludes(summary);
}

}  // namespace

bool is_retention_verb(std::string_view verb) {
    return verb == "retention" || verb == "pin" || verb == "unpin" || verb == "redact";
}

int retention_verb(int argc, char** argv) {
    const std::string verb = argv[1];
    const RealClock clock;
    Console console = cli::standard_console(clock);
    RetentionOptions options;
    CLI::App app{"", "tomo"};
    CLI::App& retention = *app.add_subcommand("retention", "What is kept for how long");
    retention.require_subcommand(1);
    CLI::App& show = *retention.add_subcommand("show", "Policies, by class, and the forecast");
    CLI::App& set = *retention.add_subcommand("set", "Make, change or remove a policy");
    CLI::App& plan =
        *retention.add_subcommand("plan", "What is there by day and class, and when it goes");
    CLI::App& pin = *app.add_subcommand("pin", "Keep traces when their time is over");
    CLI::App& unpin = *app.add_subcommand("unpin", "Let pinned traces go");
    CLI::App& redact = *app.add_subcommand("redact", "Take traces out, as if they had never been");
    for (CLI::App* each : {&show, &set, &plan, &pin, &unpin, &redact})
        add_common(*each, options, console);
    add_set(set, options);
    pin.footer(pin_examples);
    redact.footer(redact_examples);
    pin.add_option("id", options.trace_ids, "of traces; none: list");
    unpin.add_option("id", options.trace_ids, "of traces")->required();
    redact.add_option("id", options.trace_ids, "of traces")->required();
    redact.add_flag("--yes", options.yes, "do it");
    try {
        app.parse(argc, argv);
        if (set.parsed() && !options.remove && !options.days)
            throw CLI::RequiredError("--days or --remove");
    } catch (const CLI::CallForHelp&) {
        console.out(app.get_subcommand(verb)->help("tomo"));
        return to_int(ExitCode::ok);
    } catch (const CLI::ParseError& error) {
        return to_int(console.fail(ExitCode::usage, error.what(),
                                   console.say(cli::Message::see_help, {verb})));
    }
    if (show.parsed()) return to_int(run_retention_show(options, console));
    if (set.parsed()) return to_int(run_retention_set(options, console));
    if (plan.parsed()) return to_int(run_retention_plan(options, console));
    if (pin.parsed()) return to_int(run_pin(options, console));
    if (unpin.parsed()) return to_int(run_unpin(options, console));
    return to_int(run_redact(options, console));
}

}  // namespace tomograph
