#include "cli/sampling/transfer_command.h"

#include <algorithm>

#include "cli/input.h"
#include "cli/sampling/changes.h"
#include "cli/sampling/rules.h"
#include "cli/sampling/trial_command.h"

namespace tomograph::cli {
namespace {

using Kind = RuleChange::Kind;

/// Removals first: they make room.
Result<std::vector<RuleChange>> changes_to(const std::vector<SamplingRule>& wanted,
                                           bool removes_others, ApiClient& api) {
    const std::vector<SamplingRule> rules = TRY(fetch_rules(api));
    std::vector<RuleChange> changes;
    for (const SamplingRule& rule : rules)
        if (removes_others && rule.name != default_rule && find_rule(wanted, rule.name) == nullptr)
            changes.push_back({Kind::remove, rule, rule});
    for (const SamplingRule& rule : wanted) changes.push_back(TRY(change_to(rules, rule)));
    // The server says what is wrong with one before anything is changed.
    TRY(api.call("/api/v1/sampling/match", draft_body("", wanted, removes_others)));
    return changes;
}

}  // namespace

ExitCode run_sampling_import(const SamplingImportOptions& options, ApiClient& api,
                             const Console& console) {
    const auto text = read_input(options.path);
    if (!text) return console.fail(text.error());
    bool is_local = false;
    const auto wanted = parse_rule_file(*text, is_local, options.local);
    if (!wanted) return console.fail(Error(wanted.error()).within(options.path));
    if (is_local && options.local.programs == 1)
        console.hint(console.say(Message::sampling_local_targets));
    const auto changes = changes_to(*wanted, options.removes_others, api);
    if (!changes) return console.fail(changes.error());
    std::vector<RuleChange> done;
    Result<void> applied;
    for (const RuleChange& change : *changes) {
        if (!options.is_dry) applied = apply(change, api);
        if (!applied) break;
        done.push_back(change);
    }
    console.out(changes_text(done, options.format, console));
    if (!applied) {
        console.hint(console.say(Message::sampling_import_broke,
                                 {std::to_string(done.size()), std::to_string(changes->size())}));
        return console.fail(applied.error());
    }
    if (options.is_dry) console.hint(console.say(Message::sampling_dry));
    return ExitCode::ok;
}

ExitCode run_sampling_export(const SamplingExportOptions& options, ApiClient& api,
                             const Console& console) {
    const auto rules = fetch_rules(api);
    if (!rules) return console.fail(rules.error());
    if (options.kind == "full") {
        console.out(write_full_file(*rules));
        return ExitCode::ok;
    }
    LocalOptions local = options.local;
    local.version = options.kind == "local-1" ? 1 : 2;
    const LocalFile file = write_local_file(*rules, local);
    console.out(file.text);
    for (const std::string& each : file.lost)
        console.err(console.say(Message::sampling_not_said, {each}) + "\n");
    return file.lost.empty() ? ExitCode::ok : ExitCode::partial;
}

}  // namespace tomograph::cli
