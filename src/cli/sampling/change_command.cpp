#include "cli/sampling/change_command.h"

#include <fmt/format.h>

#include "cli/sampling/changes.h"
#include "cli/sampling/rules.h"

namespace tomograph::cli {
namespace {

Result<RuleChange> change_of(const SamplingSetOptions& options, ApiClient& api) {
    const std::vector<SamplingRule> rules = TRY(fetch_rules(api));
    const SamplingRule* before = find_rule(rules, options.name);
    if (before != nullptr && options.flags.is_empty())
        return Error(
            ErrorCode::invalid,
            fmt::format("there is a rule {}, and nothing to change was said", options.name));
    const SamplingRule wanted =
        TRY(with_flags(before == nullptr ? new_rule(options.name) : *before, options.flags));
    return change_to(rules, wanted);
}

ExitCode unknown_rule(const std::string& name, const Console& console) {
    return console.fail(ExitCode::usage, console.say(Message::sampling_no_rule, {name}),
                        console.say(Message::sampling_see_list));
}

}  // namespace

ExitCode run_sampling_set(const SamplingSetOptions& options, ApiClient& api,
                          const Console& console) {
    const auto change = change_of(options, api);
    if (!change) return console.fail(change.error());
    if (!options.is_dry)
        if (const auto applied = apply(*change, api); !applied)
            return console.fail(applied.error());
    console.out(changes_text({*change}, options.format, console));
    if (options.is_dry) console.hint(console.say(Message::sampling_dry));
    if (!options.is_dry && change->kind != RuleChange::Kind::none)
        console.hint(console.say(Message::sampling_in_force));
    return ExitCode::ok;
}

ExitCode run_sampling_remove(const SamplingRemoveOptions& options, ApiClient& api,
                             const Console& console) {
    const auto rules = fetch_rules(api);
    if (!rules) return console.fail(rules.error());
    std::vector<RuleChange> changes;
    for (const std::string& name : options.names) {
        const SamplingRule* rule = find_rule(*rules, name);
        if (rule == nullptr) return unknown_rule(name, console);
        changes.push_back({RuleChange::Kind::remove, *rule, *rule});
    }
    std::vector<RuleChange> done;
    Result<void> applied;
    for (const RuleChange& change : changes) {
        applied = apply(change, api);
        if (!applied) break;
        done.push_back(change);
    }
    if (!done.empty()) console.out(changes_text(done, options.format, console));
    return applied ? ExitCode::ok : console.fail(applied.error());
}

}  // namespace tomograph::cli
