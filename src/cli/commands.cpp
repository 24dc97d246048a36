// The command line: options of each verb, their help with examples, and the call of the verb. Only
// this file and sampling/verbs.cpp see CLI11 (13 s to compile).
#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "cli/api_client.h"
#include "cli/cli.h"
#include "cli/console.h"
#include "cli/demo_command.h"
#include "cli/doctor_command.h"
#include "cli/groups_command.h"
#include "cli/insights_command.h"
#include "cli/logs_command.h"
#include "cli/map_command.h"
#include "cli/overview.h"
#include "cli/reevaluation_command.h"
#include "cli/sampling/verbs.h"
#include "cli/send_command.h"
#include "cli/services_command.h"
#include "cli/stats_command.h"
#include "cli/tail_command.h"
#include "cli/trace_command.h"
#include "cli/traces_command.h"
#include "cli/version_command.h"

namespace tomograph::cli {
namespace {

/// What every verb takes.
struct CommonOptions {
    std::string endpoint;
    std::string output;
    bool is_quiet = false;
    bool is_verbose = false;
};

constexpr const char* time_help =
    "15m, 1h30m, \"2h ago\", \"yesterday 14:00\", 2026-08-22T04:00, an epoch second, or A..B";

class Commands {
 public:
    explicit Commands(Console console) : console_(std::move(console)) {
        app_.require_subcommand(1);
        app_.get_formatter()->column_width(34);
        add_traces();
        add_trace();
        add_map();
        add_services();
        add_groups();
        add_sampling();
        add_tail();
        add_logs();
        add_stats();
        add_insights();
        add_doctor();
        add_send();
        add_demo();
        add_version();
    }

    ExitCode run(int argc, const char* const* argv) {
        const std::string verb = argc > 1 ? argv[1] : "";
        if (verb.empty() || verb == "--help" || verb == "-h" || verb == "help") {
            console_.out(overview(console_.terminal));
            return verb.empty() ? ExitCode::usage : ExitCode::ok;
        }
        if (verb == "--version") return run_version(false, console_);
        if (!knows(verb))
            return console_.fail(ExitCode::usage, console_.say(Message::unknown_verb, {verb}));
        try {
            app_.parse(argc, argv);
        } catch (const CLI::CallForHelp&) {
            console_.out(app_.get_subcommand(verb)->help("tomo"));
            return ExitCode::ok;
        } catch (const CLI::ParseError& error) {
            return console_.fail(ExitCode::usage, error.what(),
                                 console_.say(Message::see_help, {verb}));
        }
        return action_();
    }

 private:
    bool knows(const std::string& name) const {
        const auto verbs =
            app_.get_subcommands([&](const CLI::App* verb) { return verb->get_name() == name; });
        return !verbs.empty();
    }

    CLI::App* verb(const char* name, Message summary, const char* examples) {
        CLI::App* added = app_.add_subcommand(name, console_.say(summary));
        added->footer(std::string("Examples:\n") + examples);
        added->add_flag("-q,--quiet", common_.is_quiet, "no hints");
        return added;
    }

    void takes_endpoint(CLI::App* to) {
        to->add_option(
              "--endpoint", common_.endpoint,
              "URL of the API; else TOMO_ENDPOINT, AWS_ENDPOINT_URL_XRAY, http://127.0.0.1:2080")
            ->type_name("URL");
        to->add_flag("-v,--verbose", common_.is_verbose, "show requests as curl commands");
    }

    void takes_output(CLI::App* to, std::vector<std::string> formats) {
        to->add_option("-o,--output", common_.output,
                       "how to print; a table turns into tab-separated lines in a pipe")
            ->type_name("FORMAT")
            ->check(CLI::IsMember(std::move(formats)));
    }

    /// Runs `verb_function` on the options of a verb, once the line is parsed.
    template <class Options>
    void on_parse(CLI::App* added, Options& options,
                  ExitCode (*verb_function)(const Options&, ApiClient&, const Console&)) {
        added->callback([this, &options, verb_function] { run_later(options, verb_function); });
    }

    template <class Options>
    void run_later(Options& options,
                   ExitCode (*verb_function)(const Options&, ApiClient&, const Console&)) {
        action_ = [this, &options, verb_function] {
            return with_api([&](ApiClient& api) { return verb_function(options, api, console_); });
        };
    }

    ExitCode with_api(const std::function<ExitCode(ApiClient&)>& work) {
        console_.is_quiet = common_.is_quiet;
        console_.is_verbose = common_.is_verbose;
        const auto endpoint = choose_endpoint(common_.endpoint, process_environment);
        if (!endpoint) return console_.fail(endpoint.error());
        ApiClient api(*endpoint, console_);
        return work(api);
    }

    template <class Options>
    void set_format(CLI::App* added, Options& options) {
        added->parse_complete_callback([this, &options] {
            if (common_.output.empty()) return;
            if (const auto format = parse_output_format(common_.output)) options.format = *format;
        });
    }

    void add_traces() {
        CLI::App* to =
            verb("traces", Message::verb_traces,
                 "  tomo traces                        the newest traces of the last 15 minutes\n"
                 "  tomo traces -t 2h..1h -n 100       of the hour before the last one\n"
                 "  tomo traces --errors --slow 1s     what went wrong and took its time\n"
                 "  tomo traces -o id | head -1 | tomo trace -\n"
                 "  tomo traces -o csv > traces.csv");
        to->add_option("filter", traces_.filter, "a filter expression of X-Ray, in quotes")
            ->type_name("FILTER");
        to->add_option("-t,--time", traces_.time, time_help)
            ->capture_default_str()
            ->type_name("TIME");
        to->add_option("-n,--count", traces_.count, "how many, newest first; 0 for all")
            ->capture_default_str()
            ->type_name("N");
        to->add_flag("--errors", traces_.only_errors,
                     "only those with a fault, an error or a throttle");
        to->add_option("--slow", traces_.slow, "only those that took at least that long")
            ->type_name("TIME");
        to->add_flag("--exit-status", traces_.exit_status, "exit with 1 when there are none");
        takes_output(to, {"table", "json", "ndjson", "csv", "id"});
        takes_endpoint(to);
        set_format(to, traces_);
        on_parse(to, traces_, run_traces);
    }

    void add_trace() {
        CLI::App* to =
            verb("trace", Message::verb_trace,
                 "  tomo trace 1-68a7f3c2-5f84c7a1b2c3d4e5f6a7b8c9\n"
                 "  grep 'charge failed' app.log | tail -1 | tomo trace -\n"
                 "  tomo trace --raw 1-68a7f3c2-5f84c7a1b2c3d4e5f6a7b8c9 | jq .annotations");
        to->add_option("id", trace_.text,
                       "a trace id, or any text that holds one; - reads standard input")
            ->required()
            ->type_name("ID");
        to->add_flag("--raw", trace_.is_raw, "print the segment documents as they were sent");
        to->add_flag("!--all", trace_.fold, "draw each of a run of equal calls");
        takes_output(to, {"table", "json"});
        takes_endpoint(to);
        set_format(to, trace_);
        on_parse(to, trace_, run_trace);
    }

    void add_map() {
        CLI::App* to = verb("map", Message::verb_map,
                            "  tomo map                           the last five minutes\n"
                            "  tomo map --watch                   live\n"
                            "  tomo map -t 6h -o mermaid >> README.md\n"
                            "  tomo map -o svg > map.svg           a picture; dot is for Graphviz\n"
                            "  tomo map | sort -t$'\\t' -k6nr       calls, busiest first");
        to->add_option("-t,--time", map_.time, time_help)->capture_default_str()->type_name("TIME");
        to->add_flag("-w,--watch", map_.is_watching, "draw again every two seconds");
        to->add_flag("--exit-status", map_.exit_status, "exit with 1 when nothing was seen");
        takes_output(to, {"table", "json", "ndjson", "csv", "dot", "mermaid", "svg"});
        takes_endpoint(to);
        set_format(to, map_);
        on_parse(to, map_, run_map);
    }

    void add_services() {
        CLI::App* to =
            verb("services", Message::verb_services,
                 "  tomo services                      the last 15 minutes, busiest first\n"
                 "  tomo services -t 2026-08-22T04:00..2026-08-22T05:00\n"
                 "  tomo services -o csv > services.csv");
        to->add_option("-t,--time", services_.time, time_help)
            ->capture_default_str()
            ->type_name("TIME");
        to->add_flag("--exit-status", services_.exit_status, "exit with 1 when nothing was seen");
        takes_output(to, {"table", "json", "csv"});
        takes_endpoint(to);
        set_format(to, services_);
        on_parse(to, services_, run_services);
    }

    void add_groups() {
        CLI::App* to = verb("groups", Message::verb_groups,
                            "  tomo groups                        all of them\n"
                            "  tomo groups slow -o json           one\n"
                            "  tomo groups | cut -f1,3\n"
                            "  tomo groups reevaluate slow --wait\n"
                            "                                     count stored traces, too");
        to->add_option("name", groups_.name, "of one group; else all")->type_name("NAME");
        takes_output(to, {"table", "json", "csv"});
        takes_endpoint(to);
        set_format(to, groups_);
        to->callback([this, to] {
            if (to->get_subcommands().empty()) run_later(groups_, run_groups);
        });
        CLI::App* order = add_group_order(to, "reevaluate", Message::verb_groups_reevaluate);
        reevaluation_.err_is_tty = standard_error_is_tty();
        order->add_flag("--wait", reevaluation_.is_waiting, "until all are judged");
        order->add_flag("--cancel", reevaluation_.is_cancelling, "leave the one that runs");
        on_parse(order, reevaluation_, run_reevaluate);
        on_parse(add_group_order(to, "status", Message::verb_groups_status), reevaluation_,
                 run_group_status);
    }

    CLI::App* add_group_order(CLI::App* to, const char* name, Message summary) {
        CLI::App* added = to->add_subcommand(name, console_.say(summary));
        added->add_option("name", reevaluation_.name, "of the group")
            ->required()
            ->type_name("NAME");
        takes_output(added, {"table", "json"});
        takes_endpoint(added);
        added->add_flag("-q,--quiet", common_.is_quiet, "no hints");
        set_format(added, reevaluation_);
        return added;
    }

    void add_tail() {
        CLI::App* to =
            verb("tail", Message::verb_tail,
                 "  tomo tail                          every trace, a second after its last word\n"
                 "  tomo tail --errors --slow 500ms\n"
                 "  tomo tail 'service(\"cart\") AND annotation.vip = true'\n"
                 "  tomo tail -o ndjson | jq .Id");
        to->add_option("filter", tail_.filter, "a filter expression of X-Ray, in quotes")
            ->type_name("FILTER");
        to->add_option("-n,--count", tail_.count, "end after so many")->type_name("N");
        to->add_flag("--errors", tail_.only_errors,
                     "only those with a fault, an error or a throttle in some service");
        to->add_option("--slow", tail_.slow, "only those that took at least that long")
            ->type_name("TIME");
        takes_output(to, {"table", "ndjson", "id"});
        takes_endpoint(to);
        set_format(to, tail_);
        on_parse(to, tail_, run_tail);
    }

    void add_logs() {
        CLI::App* to =
            verb("logs", Message::verb_logs,
                 "  tomo logs                          the newest lines\n"
                 "  tomo logs 'connection refused' --service cart --severity warn -t 2h\n"
                 "  tomo logs --trace 1-68a7f3c2-5f84c7a1b2c3d4e5f6a7b8c9\n"
                 "  tomo logs --follow --severity error -o ndjson | jq .Body");
        to->add_option("text", logs_.texts, "what stands in the line, in any case; all of several")
            ->type_name("TEXT");
        to->add_option("--trace", logs_.trace, "of one trace: its id, or a text that holds it")
            ->type_name("ID");
        to->add_option("-s,--service", logs_.services, "of a service; of any of several")
            ->allow_extra_args(false)
            ->type_name("NAME");
        to->add_option("--severity", logs_.severity,
                       "at least trace, debug, info, warn, error or fatal")
            ->type_name("WORD");
        to->add_option("-a,--attribute", logs_.attributes,
                       "with that attribute, of the line or its resource")
            ->allow_extra_args(false)
            ->type_name("KEY=VALUE");
        to->add_option("-t,--time,--since", logs_.time, time_help)->type_name("TIME");
        to->add_option("-n,--count", logs_.count,
                       "the newest so many (100); of --follow: end after so many")
            ->type_name("N");
        to->add_flag("-f,--follow", logs_.follow, "go on with those that come in");
        takes_output(to, {"table", "ndjson"});
        takes_endpoint(to);
        set_format(to, logs_);
        on_parse(to, logs_, run_logs);
    }

    void add_stats() {
        CLI::App* to = verb("stats", Message::verb_stats,
                            "  tomo stats                         how long traces took\n"
                            "  tomo stats --by annotations.tenant\n"
                            "  tomo stats 'fault' --by exception_type --traces -t 6h\n"
                            "  tomo stats --service cart --spans --every 1m -o csv");
        to->add_option("filter", stats_.filter, "a filter expression of X-Ray, in quotes")
            ->type_name("FILTER");
        to->add_option("-t,--time", stats_.time, time_help)
            ->capture_default_str()
            ->type_name("TIME");
        CLI::Option* by =
            to->add_option(
                  "--by", stats_.by,
                  "a field of spans (service, name, status, exception_type, ...) or the path "
                  "of an attribute (annotations.tenant); @name is the attribute, not the field")
                ->type_name("WHAT");
        to->add_option("--every", stats_.every, "a row for each step of time")
            ->type_name("TIME")
            ->excludes(by);
        to->add_option("--service", stats_.service, "only spans of that service")
            ->type_name("NAME");
        to->add_flag("--spans", stats_.counts_spans, "without --by: count spans, not traces");
        to->add_flag("--traces", stats_.counts_traces, "with --by: count traces, not spans");
        to->add_option("-n,--count", stats_.count, "how many groups, the largest first")
            ->capture_default_str()
            ->check(CLI::Range(1, 10'000))
            ->type_name("N");
        takes_output(to, {"table", "json", "csv"});
        takes_endpoint(to);
        set_format(to, stats_);
        on_parse(to, stats_, run_stats);
    }

    void add_sampling() {
        const auto takes = [this](CLI::App* to, std::vector<std::string> formats) {
            if (!formats.empty()) takes_output(to, std::move(formats));
            takes_endpoint(to);
            to->add_flag("-q,--quiet", common_.is_quiet, "no hints");
        };
        const auto run = [this](SamplingVerbs::Run verb_function) {
            if (!common_.output.empty())
                if (const auto format = parse_output_format(common_.output))
                    sampling_.set_format(*format);
            action_ = [this, verb_function] {
                return with_api([&](ApiClient& api) { return verb_function(api, console_); });
            };
        };
        CLI::App* to = app_.add_subcommand("sampling", console_.say(Message::verb_sampling));
        sampling_.add(*to, console_, {.takes = takes, .run = run});
    }

    CLI::App* doctor_verb(CLI::App* under, const char* name, Message summary,
                          const char* examples) {
        CLI::App* added = under->add_subcommand(name, console_.say(summary));
        added->footer(std::string("Examples:\n") + examples);
        added->add_flag("-q,--quiet", common_.is_quiet, "no hints");
        takes_output(added, {"table", "json", "csv"});
        takes_endpoint(added);
        return added;
    }

    void add_insights() {
        CLI::App* to = verb("insights", Message::verb_insights,
                            "  tomo insights                      of the last day\n"
                            "  tomo insights list -t 1w --kind latency --group checkout\n"
                            "  tomo insights show a73b1dd2-84a9-5302-8a8a-3a2b6f1f0f0c");
        takes_insights(to);
        to->require_subcommand(0, 1);
        CLI::App* list = to->add_subcommand("list", console_.say(Message::verb_insights_list));
        takes_insights(list);
        CLI::App* show = to->add_subcommand("show", console_.say(Message::verb_insights_show));
        show->add_option("id", insight_.id, "of an insight")->required()->type_name("ID");
        takes_output(show, {"table", "json", "csv"});
        takes_endpoint(show);
        set_format(show, insight_);
        on_parse(list, insights_, run_insights);
        on_parse(show, insight_, run_insight);
        to->callback([this, to] {
            if (to->get_subcommands().empty()) run_later(insights_, run_insights);
        });
    }

    void takes_insights(CLI::App* to) {
        to->add_option("-t,--time", insights_.time, time_help)
            ->capture_default_str()
            ->type_name("TIME");
        to->add_option("--group", insights_.group, "of that group only")->type_name("NAME");
        to->add_option("--kind", insights_.kind, "of that kind only")
            ->check(CLI::IsMember({"fault", "latency", "throughput"}))
            ->type_name("KIND");
        to->add_flag("--active", insights_.only_active, "only those that go on");
        to->add_flag("--exit-status", insights_.exit_status, "exit with 1 when there are none");
        takes_output(to, {"table", "json", "csv"});
        takes_endpoint(to);
        set_format(to, insights_);
    }

    void add_doctor() {
        CLI::App* to = app_.add_subcommand("doctor", console_.say(Message::verb_doctor));
        to->footer("Exits with 7 when something is missing. See: tomo doctor trace --help");
        to->require_subcommand(1);
        CLI::App* trace = doctor_verb(
            to, "trace", Message::verb_doctor_trace,
            "  tomo doctor trace 1-68a7f3c2-5f84c7a1b2c3d4e5f6a7b8c9\n"
            "  tomo doctor trace 1-68a7f3c2-5f84c7a1b2c3d4e5f6a7b8c9 --span 53995c3f42cd8ad8\n");
        trace->add_option("id", trace_doctor_.text, "a trace id, or any text that holds one")
            ->required()
            ->type_name("ID");
        trace->add_option("--span", trace_doctor_.span, "why this one is missing")->type_name("ID");
        set_format(trace, trace_doctor_);
        on_parse(trace, trace_doctor_, run_trace_doctor);
        CLI::App* map = doctor_verb(to, "map", Message::verb_doctor_map,
                                    "  tomo doctor map payment\n"
                                    "  tomo doctor map checkout payment -t 6h    the call\n");
        map->add_option("name", map_doctor_.name, "of a service")->required()->type_name("NAME");
        map->add_option("callee", map_doctor_.callee, "of a service that it should call")
            ->type_name("CALLEE");
        map->add_option("-t,--time", map_doctor_.time, time_help)
            ->capture_default_str()
            ->type_name("TIME");
        set_format(map, map_doctor_);
        on_parse(map, map_doctor_, run_map_doctor);
    }

    void add_send() {
        CLI::App* to =
            verb("send", Message::verb_send,
                 "  tomo send --name nightly-backup --duration 42s\n"
                 "  tomo send --name deploy --annotation version=1.4.2 --annotation canary=true\n"
                 "  tomo send --fault --message 'disk is full' --api\n"
                 "  tomo trace \"$(tomo send -q)\"");
        to->add_option("--name", send_.name, "of the service")
            ->capture_default_str()
            ->type_name("NAME");
        to->add_option("--duration", send_.duration, "how long it took, until now")
            ->capture_default_str()
            ->type_name("TIME");
        to->add_flag("--fault", send_.is_fault, "it failed (5xx)");
        to->add_flag("--error", send_.is_error, "the caller was wrong (4xx)");
        to->add_flag("--throttle", send_.is_throttle, "it was throttled (429)");
        to->add_option("--message", send_.message, "of an exception")->type_name("TEXT");
        to->add_option_function<std::vector<std::string>>(
              "--annotation",
              [this](const std::vector<std::string>& pairs) { take_annotations(pairs); },
              "key=value, to search by; may be repeated")
            ->type_name("K=V")
            ->allow_extra_args(false);
        to->add_flag("--api", send_.over_api, "over the API, which says whether it was taken");
        to->add_option("--xray-addr", send_.xray_address,
                       "UDP address; else AWS_XRAY_DAEMON_ADDRESS, 127.0.0.1:2000")
            ->type_name("ADDR");
        takes_endpoint(to);
        on_parse(to, send_, run_send);
    }

    void take_annotations(const std::vector<std::string>& pairs) {
        for (const std::string& pair : pairs) {
            const std::size_t equals = pair.find('=');
            if (equals == std::string::npos || equals == 0)
                throw CLI::ValidationError("--annotation", "\"" + pair + "\" is not key=value");
            send_.annotations.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
        }
    }

    void add_demo() {
        CLI::App* to =
            verb("demo", Message::verb_demo,
                 "  tomo demo                          until Ctrl-C, 5 traces a second\n"
                 "  tomo demo --rate 50 --seconds 60 --seed 1\n"
                 "  tomo demo --once --traces 100      at once, with times of the last minute\n"
                 "  tomo demo --backfill 6h            a past to look at, over the API");
        to->add_option("--rate", demo_.traces_per_second, "traces a second (5; in a backfill 0.5)")
            ->type_name("N");
        to->add_option("--seconds", demo_.seconds, "end after that many seconds")->type_name("N");
        to->add_option("--seed", demo_.seed, "tell the same story again")->type_name("N");
        to->add_flag("--once", demo_.once, "send a number of traces at once and end");
        to->add_option("--traces", demo_.traces, "how many with --once")
            ->capture_default_str()
            ->type_name("N");
        to->add_flag("--api", demo_.over_api, "with --once: over the API instead of UDP");
        to->add_option("--backfill", demo_.backfill, "spread traces over that past, over the API")
            ->type_name("TIME");
        to->add_option("--xray-addr", demo_.xray_address,
                       "UDP address; else AWS_XRAY_DAEMON_ADDRESS, 127.0.0.1:2000")
            ->type_name("ADDR");
        takes_endpoint(to);
        on_parse(to, demo_, run_demo);
    }

    void add_version() {
        CLI::App* to =
            verb("version", Message::verb_version, "  tomo version --json | jq -r .version");
        to->add_flag("--json", version_as_json_, "for programs");
        to->callback(
            [this] { action_ = [this] { return run_version(version_as_json_, console_); }; });
    }

    Console console_;
    CLI::App app_{"", "tomo"};
    CommonOptions common_;
    TracesOptions traces_;
    TraceOptions trace_;
    MapOptions map_;
    ServicesOptions services_;
    GroupsOptions groups_;
    ReevaluationOptions reevaluation_;
    SamplingVerbs sampling_;
    TailOptions tail_;
    LogsOptions logs_;
    StatsOptions stats_;
    InsightsOptions insights_;
    InsightOptions insight_;
    TraceDoctorOptions trace_doctor_;
    MapDoctorOptions map_doctor_;
    SendOptions send_;
    DemoOptions demo_;
    bool version_as_json_ = false;
    std::function<ExitCode()> action_;
};

}  // namespace
}  // namespace tomograph::cli

int tomograph::cli_main(int argc, const char* const* argv) {
    const RealClock clock;
    cli::Commands commands(cli::standard_console(clock));
    return to_int(commands.run(argc, argv));
}
