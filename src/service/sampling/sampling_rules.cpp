#include "service/sampling/sampling_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "service/limits.h"

namespace tomograph {
namespace {

const ChangeOrigin the_program{.who = "tomograph", .address = "", .operation = "Start"};

using Records = std::vector<SamplingRuleRecord>;

const SamplingRuleRecord* named(const Records& records, std::string_view name) {
    const auto found = std::find_if(records.begin(), records.end(),
                                    [&](const auto& each) { return each.rule.name == name; });
    return found == records.end() ? nullptr : &*found;
}

Result<SamplingRuleRecord> find(const Records& records, const SamplingRuleKey& key) {
    if (key.name.empty() && key.arn.empty())
        return Error(ErrorCode::invalid, "RuleName or RuleARN is required");
    if (!key.name.empty() && !key.arn.empty())
        return Error(ErrorCode::invalid, "RuleName and RuleARN are given, only one may be");
    const auto found = std::find_if(records.begin(), records.end(), [&](const auto& each) {
        return key.name.empty() ? each.arn == key.arn : each.rule.name == key.name;
    });
    if (found == records.end()) return Error(ErrorCode::invalid, "Sampling rule does not exist");
    return *found;
}

}  // namespace

std::string rule_name_of_arn(std::string_view arn) {
    constexpr std::string_view mark = ":sampling-rule/";
    const auto at = arn.find(mark);
    if (!arn.starts_with("arn:") || at == std::string_view::npos) return "";
    return std::string(arn.substr(at + mark.size()));
}

Result<std::unique_ptr<SamplingRules>> SamplingRules::open(Catalog& catalog, const Clock& clock,
                                                           ArnScope scope) {
    std::unique_ptr<SamplingRules> rules(new SamplingRules(catalog, clock, std::move(scope)));
    const auto work = [&](CatalogChange& change) -> Result<void> {
        const Records records = TRY(change.sampling_rules().all());
        if (named(records, default_rule_name) != nullptr) return {};
        rules->has_former_life_ = false;
        const SamplingRule rule = default_rule();
        // Nobody created it, nor has changed it.
        return change.sampling_rules().add({.rule = rule,
                                            .arn = make_rule_arn(rules->scope_, rule.name),
                                            .created = {},
                                            .modified = {}});
    };
    TRY(rules->change(the_program, work));
    return rules;
}

Result<void> SamplingRules::change(const ChangeOrigin& origin,
                                   const std::function<Result<void>(CatalogChange&)>& work) {
    const std::lock_guard one_by_one(changes_);
    auto state = std::make_shared<State>();
    const auto whole = [&](CatalogChange& change) -> Result<void> {
        TRY(work(change));
        state->records = TRY(change.sampling_rules().all());
        state->last_modified = TRY(change.sampling_rules().last_modified());
        return {};
    };
    TRY(catalog_.change(origin, whole));
    auto current = state_.lock();
    if (**current != *state) *current = std::move(state);
    return {};
}

Result<SamplingRuleRecord> SamplingRules::create(const ChangeOrigin& origin,
                                                 const SamplingRule& rule, const TagList& tags) {
    TRY(check_rule(rule));
    const Tags checked = TRY(check_tags(tags));
    if (checked.size() > tags_per_resource_max)
        return Error(ErrorCode::invalid,
                     fmt::format("{} tags, at most {}", checked.size(), tags_per_resource_max));
    const Instant now = clock_.now();
    const SamplingRuleRecord made{
        .rule = rule, .arn = make_rule_arn(scope_, rule.name), .created = now, .modified = now};
    const auto work = [&](CatalogChange& catalog) -> Result<void> {
        const Records records = TRY(catalog.sampling_rules().all());
        if (named(records, rule.name) != nullptr)
            return Error(ErrorCode::invalid,
                         fmt::format("a sampling rule {} exists already", rule.name));
        if (records.size() > sampling_rules_max)
            return Error(ErrorCode::limit,
                         fmt::format("there are {} sampling rules beside Default already, which is "
                                     "the limit",
                                     sampling_rules_max));
        TRY(catalog.sampling_rules().add(made));
        return checked.empty() ? Result<void>() : catalog.tags().set(made.arn, checked);
    };
    TRY(change(origin, work));
    return made;
}

Result<SamplingRuleRecord> SamplingRules::update(const ChangeOrigin& origin,
                                                 const SamplingRuleKey& key,
                                                 const SamplingRuleEdit& edit) {
    SamplingRuleRecord result;
    const auto work = [&](CatalogChange& catalog) -> Result<void> {
        const Records records = TRY(catalog.sampling_rules().all());
        const SamplingRuleRecord before = TRY(find(records, key));
        result = before;
        result.rule = edited(before.rule, edit);
        const bool is_default = before.rule.name == default_rule_name;
        TRY(is_default ? check_default_rule(result.rule) : check_rule(result.rule));
        if (result.rule == before.rule) return {};
        result.modified = clock_.now();
        return catalog.sampling_rules().replace(result);
    };
    TRY(change(origin, work));
    return result;
}

Result<SamplingRuleRecord> SamplingRules::remove(const ChangeOrigin& origin,
                                                 const SamplingRuleKey& key) {
    SamplingRuleRecord removed;
    const auto work = [&](CatalogChange& catalog) -> Result<void> {
        const Records records = TRY(catalog.sampling_rules().all());
        removed = TRY(find(records, key));
        if (removed.rule.name == default_rule_name)
            return Error(ErrorCode::invalid, "the sampling rule Default cannot be deleted");
        return catalog.sampling_rules().remove(removed.rule.name);
    };
    TRY(change(origin, work));
    return removed;
}

}  // namespace tomograph
