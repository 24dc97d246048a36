// The options of the verbs below `tomo sampling`, and their help.
#include "cli/sampling/verbs.h"

#include <CLI/CLI.hpp>

namespace tomograph::cli {
namespace {

CLI::App* verb_of(CLI::App& to, const char* name, const std::string& summary,
                  const char* examples) {
    CLI::App* added = to.add_subcommand(name, summary);
    added->footer(std::string(examples));
    return added;
}

void takes_attributes(CLI::App* to, RuleFlags& flags, const char* help) {
    const auto take = [&flags](const std::vector<std::string>& pairs) {
        for (const std::string& pair : pairs) {
            const std::size_t equals = pair.find('=');
            if (equals == std::string::npos || equals == 0)
                throw CLI::ValidationError("--attr", "\"" + pair + "\" is not key=value");
            flags.attributes.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
        }
    };
    to->add_option_function<std::vector<std::string>>("--attr,--attribute", take, help)
        ->type_name("K=V")
        ->allow_extra_args(false);
}

/// Patterns of a rule, or what a request says.
void takes_properties(CLI::App* to, RuleFlags& flags) {
    to->add_option("--service,--service-name", flags.service, "name of the service")
        ->type_name("NAME");
    to->add_option("--type,--service-type", flags.type, "origin: AWS::ECS::Container")
        ->type_name("TYPE");
    to->add_option("--host", flags.host, "of the HTTP request")->type_name("HOST");
    to->add_option("--method,--http-method", flags.method, "GET, POST, ...")->type_name("METHOD");
    to->add_option("--path,--url-path", flags.path, "of the URL: /pay/*")->type_name("PATH");
    to->add_option("--arn,--resource-arn", flags.arn, "of the resource that runs the service")
        ->type_name("ARN");
}

void takes_rule(CLI::App* to, RuleFlags& flags) {
    to->add_option("--rate,--fixed-rate", flags.rate,
                   "share of what the reservoir leaves: 5% or 0.05 (5% of a new rule)")
        ->type_name("RATE");
    to->add_option("--reservoir,--reservoir-size", flags.reservoir,
                   "requests a second, of all programs together (1 of a new rule)")
        ->type_name("N");
    to->add_option("--priority", flags.priority,
                   "1 to 9999, the lowest is asked first (1000 of a new rule)")
        ->type_name("N");
    takes_properties(to, flags);
    takes_attributes(to, flags,
                     "an attribute that a request must have; may be repeated. X-Ray's SDKs pass "
                     "over rules with some, OpenTelemetry's samplers do not");
    to->add_flag("--no-attrs,--no-attributes", flags.no_attributes, "forget those it has");
    to->add_option("--boost-rate,--max-rate", flags.boost_rate,
                   "let the rate rise to this while requests fail (adaptive sampling)")
        ->type_name("RATE");
    to->add_option("--boost-pause,--cooldown-window-minutes", flags.boost_pause,
                   "minutes from one start of a boost to the next (10)")
        ->type_name("MIN");
}

}  // namespace

void SamplingVerbs::set_format(OutputFormat format) {
    list_.format = set_.format = remove_.format = test_.format = simulate_.format = format;
    import_.format = watch_.format = format;
}

void SamplingVerbs::add_list(CLI::App& to, const Console& console, const Hooks& hooks) {
    CLI::App* list = verb_of(to, "list", console.say(Message::verb_sampling_list),
                             "Examples:\n"
                             "  tomo sampling list\n"
                             "  tomo sampling list | cut -f2,7      rules with what they sampled\n"
                             "A rate with a + may rise: it has a boost.");
    hooks.takes(list, {"table", "json", "csv"});
    list->callback([this, hooks] {
        hooks.run([this](ApiClient& api, const Console& on) {
            return run_sampling_list(list_, api, on);
        });
    });
}

void SamplingVerbs::add_changes(CLI::App& to, const Console& console, const Hooks& hooks) {
    CLI::App* set =
        verb_of(to, "set", console.say(Message::verb_sampling_set),
                "Patterns: * stands for any characters, ? for one; the case does not count.\n"
                "Examples:\n"
                "  tomo sampling set pay --path '/pay/*' --method POST --reservoir 10 --rate 50%\n"
                "  tomo sampling set pay --rate 1                change only that\n"
                "  tomo sampling set health --path /healthz --reservoir 0 --rate 0 --priority 1\n"
                "  tomo sampling set Default --rate 1%           what no other rule fits");
    set->add_option("name", set_.name, "of the rule: made, or changed where there is one")
        ->required()
        ->type_name("NAME");
    takes_rule(set, set_.flags);
    set->add_flag("--dry-run", set_.is_dry, "only show what would be changed");
    hooks.takes(set, {"table", "csv"});
    set->callback([this, hooks] {
        hooks.run(
            [this](ApiClient& api, const Console& on) { return run_sampling_set(set_, api, on); });
    });

    CLI::App* remove = verb_of(to, "rm", console.say(Message::verb_sampling_remove),
                               "Examples:\n"
                               "  tomo sampling rm pay health");
    remove->add_option("names", remove_.names, "of rules; none goes when one is not there")
        ->required()
        ->type_name("NAME");
    hooks.takes(remove, {"table", "csv"});
    remove->callback([this, hooks] {
        hooks.run([this](ApiClient& api, const Console& on) {
            return run_sampling_remove(remove_, api, on);
        });
    });
}

void SamplingVerbs::add_trials(CLI::App& to, const Console& console, const Hooks& hooks) {
    CLI::App* test =
        verb_of(to, "test", console.say(Message::verb_sampling_test),
                "What is not said of the request fits every pattern, as in X-Ray's SDKs.\n"
                "Examples:\n"
                "  tomo sampling test GET /pay --service cart\n"
                "  tomo sampling test POST 'https://shop.example/pay?id=7' --attr tier=gold\n"
                "  tomo sampling test /healthz --rules draft.json --expect health     for CI: "
                "exits with 1");
    test->add_option("method", test_.method_or_target, "GET, POST, ...; may be left out")
        ->type_name("METHOD");
    test->add_option("target", test_.target, "a path, or a URL")->type_name("PATH");
    takes_properties(test, test_.request);
    takes_attributes(test, test_.request, "an attribute of the request; may be repeated");
    test->add_option("--rules", test_.file, "draft rules of a file as well; - is standard input")
        ->type_name("FILE");
    test->add_flag("--only", test_.only_file, "only those of the file, and Default")
        ->needs("--rules");
    test->add_option("--expect", test_.expected, "exit with 1 unless that rule decides")
        ->type_name("NAME");
    hooks.takes(test, {"table", "json", "csv"});
    test->callback([this, hooks] {
        hooks.run([this](ApiClient& api, const Console& on) {
            return run_sampling_test(test_, api, on);
        });
    });

    CLI::App* simulate =
        verb_of(to, "simulate", console.say(Message::verb_sampling_simulate),
                "A reservoir is taken to be used to the full. Of traces that were sampled before "
                "they came\n"
                "here the others are not known: what counts is what is stored.\n"
                "Examples:\n"
                "  tomo sampling simulate                              the rules as they are\n"
                "  tomo sampling simulate --rule pay --rate 10% -t 6h  one of them, changed\n"
                "  tomo sampling simulate draft.json --only -t 1d      a file in place of all\n"
                "  tomo sampling simulate draft.json --filter 'service(\"cart\")' -o json");
    simulate->add_option("file", simulate_.file, "of draft rules; - is standard input")
        ->type_name("FILE");
    simulate->add_flag("--only", simulate_.only_drafts, "only the drafts, and Default");
    simulate
        ->add_option("--rule", simulate_.name,
                     "a draft that these flags describe, or how they change that rule")
        ->type_name("NAME");
    takes_rule(simulate, simulate_.flags);
    simulate
        ->add_option("-t,--time", simulate_.time,
                     "15m, 1h30m, \"2h ago\", \"yesterday 14:00\", 2026-08-22T04:00, an epoch "
                     "second, or A..B")
        ->capture_default_str()
        ->type_name("TIME");
    simulate->add_option("--filter", simulate_.filter, "only traces that a filter expression fits")
        ->type_name("FILTER");
    simulate->add_option("--price", simulate_.price, "of a million traces (5)")->type_name("N");
    hooks.takes(simulate, {"table", "json", "csv"});
    simulate->callback([this, hooks] {
        hooks.run([this](ApiClient& api, const Console& on) {
            return run_sampling_simulate(simulate_, api, on);
        });
    });
}

void SamplingVerbs::add_files(CLI::App& to, const Console& console, const Hooks& hooks) {
    CLI::App* import = verb_of(
        to, "import", console.say(Message::verb_sampling_import),
        "Reads what export writes, answers of `aws xray get-sampling-rules`, and local rules "
        "files\n"
        "of X-Ray's SDKs, versions 1 and 2. A rule of a local file is named after its "
        "description,\n"
        "else local-1, local-2, ...; its fixed_target is of each program, a reservoir of all\n"
        "together. All is checked before the first rule is changed.\n"
        "Examples:\n"
        "  tomo sampling import rules.json --dry-run\n"
        "  tomo sampling import rules.json --replace\n"
        "  tomo sampling import local.json --programs 20 --first-priority 500\n"
        "  aws xray get-sampling-rules | tomo sampling import -");
    import->add_option("file", import_.path, "- is standard input")->required()->type_name("FILE");
    import->add_flag("--replace", import_.removes_others,
                     "remove the rules that are not in the file");
    import->add_flag("--dry-run", import_.is_dry, "only check, and show what would be changed");
    import
        ->add_option("--programs", import_.local.programs,
                     "of a local file: how many share a reservoir")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str()
        ->type_name("N");
    import
        ->add_option("--first-priority", import_.local.first_priority,
                     "of a local file: of its first rule; the next ones are ten apart")
        ->check(CLI::Range(1, 9'999))
        ->capture_default_str()
        ->type_name("N");
    hooks.takes(import, {"table", "csv"});
    import->callback([this, hooks] {
        hooks.run([this](ApiClient& api, const Console& on) {
            return run_sampling_import(import_, api, on);
        });
    });

    CLI::App* write = verb_of(
        to, "export", console.say(Message::verb_sampling_export),
        "full says all and comes back by import; tags are not in it. The others are local rules\n"
        "files of X-Ray's SDKs, which know neither service names and types, ARNs, attributes nor\n"
        "boosts: what is lost is told on standard error, and the exit code is 6.\n"
        "Examples:\n"
        "  tomo sampling export > rules.json\n"
        "  tomo sampling export --as local --service cart --programs 4 > sampling-rules.json");
    write->add_option("--as", export_.kind, "full, local (version 2) or local-1 (version 1)")
        ->check(CLI::IsMember({"full", "local", "local-1"}))
        ->capture_default_str()
        ->type_name("KIND");
    write
        ->add_option("--service", export_.local.service,
                     "of a local file: only rules that fit the service")
        ->type_name("NAME");
    write
        ->add_option("--programs", export_.local.programs,
                     "of a local file: how many share a reservoir")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str()
        ->type_name("N");
    hooks.takes(write, {});
    write->callback([this, hooks] {
        hooks.run([this](ApiClient& api, const Console& on) {
            return run_sampling_export(export_, api, on);
        });
    });
}

void SamplingVerbs::add_watch(CLI::App& to, const Console& console, const Hooks& hooks) {
    CLI::App* watch = verb_of(to, "watch", console.say(Message::verb_sampling_watch),
                              "Programs report every ten seconds, so figures are of ten seconds.\n"
                              "Examples:\n"
                              "  tomo sampling watch\n"
                              "  tomo sampling watch -n 6 | grep pay      a minute, as lines\n"
                              "  tomo sampling watch -o ndjson | jq .");
    watch->add_option("-n,--count", watch_.count, "in a pipe: end after so many times ten seconds")
        ->type_name("N");
    hooks.takes(watch, {"table", "ndjson"});
    watch->callback([this, hooks] {
        hooks.run([this](ApiClient& api, const Console& on) {
            return run_sampling_watch(watch_, api, on);
        });
    });
}

void SamplingVerbs::add(CLI::App& to, const Console& console, const Hooks& hooks) {
    to.footer("Says more of each: tomo sampling set --help");
    to.require_subcommand(0, 1);
    add_list(to, console, hooks);
    add_changes(to, console, hooks);
    add_trials(to, console, hooks);
    add_files(to, console, hooks);
    add_watch(to, console, hooks);
    hooks.takes(&to, {"table", "json", "csv"});
    to.callback([this, &to, hooks] {
        if (!to.get_subcommands().empty()) return;
        hooks.run([this](ApiClient& api, const Console& on) {
            return run_sampling_list(list_, api, on);
        });
    });
}

}  // namespace tomograph::cli
