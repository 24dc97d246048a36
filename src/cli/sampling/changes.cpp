#include "cli/sampling/changes.h"

#include <fmt/format.h>

#include "cli/sampling/rules.h"
#include "cli/table.h"

namespace tomograph::cli {
namespace {

using Kind = RuleChange::Kind;

std::string_view word_of(Kind kind) {
    switch (kind) {
        case Kind::make:
            return "made";
        case Kind::change:
            return "changed";
        case Kind::remove:
            return "removed";
        case Kind::none:
            return "unchanged";
    }
    return "";
}

}  // namespace

Result<RuleChange> change_to(const std::vector<SamplingRule>& rules, const SamplingRule& wanted) {
    const SamplingRule* before = find_rule(rules, wanted.name);
    if (before == nullptr) return RuleChange{Kind::make, {}, wanted};
    if (before->boost && !wanted.boost)
        return Error(ErrorCode::invalid,
                     fmt::format("rule {}: its boost cannot be taken off; remove the rule first",
                                 wanted.name));
    return RuleChange{*before == wanted ? Kind::none : Kind::change, *before, wanted};
}

Result<void> apply(const RuleChange& change, ApiClient& api) {
    switch (change.kind) {
        case Kind::make:
            TRY(api.call("/CreateSamplingRule",
                         R"({"SamplingRule":)" + rule_json(change.after) + "}"));
            return {};
        case Kind::change:
            TRY(api.call(
                "/UpdateSamplingRule",
                R"({"SamplingRuleUpdate":)" + update_json(change.before, change.after) + "}"));
            return {};
        case Kind::remove:
            TRY(api.call("/DeleteSamplingRule",
                         fmt::format(R"({{"RuleName":{}}})", json_quoted(change.before.name))));
            return {};
        case Kind::none:
            return {};
    }
    return {};
}

std::string changes_text(const std::vector<RuleChange>& changes, OutputFormat format,
                         const Console& console) {
    Table table({{"rule"},
                 {"change"},
                 {"member"},
                 {"before", Align::left, true},
                 {"after", Align::left, true}});
    for (const RuleChange& change : changes) {
        const bool has_members = change.kind == Kind::make || change.kind == Kind::change;
        const Style style = change.kind == Kind::remove ? Style::fault
                            : change.kind == Kind::none ? Style::dim
                                                        : Style::ok;
        const auto add = [&](const MemberChange& member) {
            table.add({{change.after.name, Style::bold},
                       {std::string(word_of(change.kind)), style},
                       {member.member},
                       {member.before, Style::dim},
                       {member.after}});
        };
        if (!has_members) add({});
        if (has_members)
            for (const MemberChange& member :
                 changes_of(change.kind == Kind::make ? nullptr : &change.before, change.after))
                add(member);
    }
    if (format == OutputFormat::csv) return table.to_csv();
    return console.terminal.is_tty ? table.to_text(console.terminal) : table.to_tab_separated();
}

}  // namespace tomograph::cli
