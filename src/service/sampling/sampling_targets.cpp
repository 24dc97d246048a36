#include "service/sampling/sampling_targets.h"

#include <fmt/format.h>

#include <algorithm>

namespace tomograph {
namespace {

/// What a client says of a time this far from now is of no use, nor is its clock.
constexpr Duration document_age_max = Duration::minutes(10);

const SamplingRule* find_rule(const SamplingRules::State& rules, std::string_view name) {
    for (const SamplingRuleRecord& record : rules.records)
        if (record.rule.name == name) return &record.rule;
    return nullptr;
}

UnprocessedDocument unknown_rule(const std::string& rule) {
    return {rule, "404", "there is no sampling rule of this name"};
}

bool is_far(Instant timestamp, Instant now) {
    return timestamp < now - document_age_max || timestamp > now + document_age_max;
}

UnprocessedDocument far_document(const std::string& rule) {
    return {rule, "400",
            fmt::format("Timestamp is more than {} minutes from now",
                        document_age_max.ns / Duration::minutes(1).ns)};
}

}  // namespace

SamplingTargets::Metrics::Metrics(MetricsRegistry& registry)
    : taken(registry.counter("tomograph_sampling_documents_total",
                             "Statistics documents of sampling clients", {{"outcome", "taken"}})),
      repeated(
          registry.counter("tomograph_sampling_documents_total", "", {{"outcome", "repeated"}})),
      refused(registry.counter("tomograph_sampling_documents_total", "",
                               {{"outcome", "too_many_clients"}})),
      unprocessed(
          registry.counter("tomograph_sampling_documents_total", "", {{"outcome", "unprocessed"}})),
      forgotten_rules(registry.counter("tomograph_sampling_rules_forgotten_total",
                                       "Deleted rules whose quotas were still in force when they "
                                       "made room for others")),
      uncounted_services(
          registry.counter("tomograph_sampling_boost_services_uncounted_total",
                           "Boost statistics of more services than are kept for a rule")),
      boosts(registry.counter("tomograph_sampling_boosts_total", "Boosts that were started")),
      clients(registry.gauge("tomograph_sampling_clients",
                             "Clients of sampling rules that are known, "
                             "each counted once a rule")) {}

SamplingTargets::SamplingTargets(const SamplingRules& rules, const Clock& clock,
                                 MetricsRegistry& registry, Options options)
    : rules_(rules),
      clock_(clock),
      options_(options),
      metrics_(registry),
      quotas_from_(options.has_former_life ? clock.monotonic() + quota_life + quota_life_margin
                                           : clock.monotonic()) {}

SamplingTargets::RuleState& SamplingTargets::state_of(State& state, const std::string& rule,
                                                      Duration now) {
    const auto found = state.rules.find(rule);
    if (found != state.rules.end()) return found->second;
    if (state.rules.size() >= options_.rules_max)
        std::erase_if(state.rules,
                      [&](const auto& each) { return each.second.quotas.is_idle(now); });
    if (state.rules.size() >= options_.rules_max) {
        const auto rules = rules_.now();
        for (auto at = state.rules.begin(); at != state.rules.end();) {
            const bool is_gone = find_rule(*rules, at->first) == nullptr;
            if (is_gone) metrics_.forgotten_rules.add();
            at = is_gone ? state.rules.erase(at) : std::next(at);
        }
    }
    std::size_t clients = 0;
    for (const auto& [name, its] : state.rules) clients += its.quotas.client_count();
    metrics_.clients.set(static_cast<double>(clients));
    return state.rules.try_emplace(rule, options_.clients_per_rule_max).first->second;
}

SamplingTarget SamplingTargets::target_of(State& state, const SamplingRule& rule,
                                          const SamplingDocument& document, const Moment& moment) {
    RuleState& its = state_of(state, rule.name, moment.monotonic);
    const std::size_t clients = its.quotas.client_count();
    const bool gives_quotas = moment.monotonic >= quotas_from_;
    const auto answer =
        gives_quotas ? its.quotas.report(document.report, rule.reservoir_size, moment.monotonic)
                     : its.quotas.observe(document.report, moment.monotonic);
    metrics_.clients.set(metrics_.clients.value() + static_cast<double>(its.quotas.client_count()) -
                         static_cast<double>(clients));
    (answer.is_repeated  ? metrics_.repeated
     : answer.is_refused ? metrics_.refused
                         : metrics_.taken)
        .add();
    if (!answer.is_repeated)
        state.statistics.add(rule.name,
                             {.rule = {},
                              .start = {},
                              .requests = document.report.requests,
                              .sampled = document.report.sampled,
                              .borrowed = document.report.borrowed},
                             moment.wall);

    // The end is told by the client's own clock, as its report shows it: then a clock that goes
    // wrong by minutes makes no quota last longer.
    const Instant told = document.report.timestamp;
    SamplingTarget target{.rule = rule.name, .fixed_rate = rule.fixed_rate};
    if (gives_quotas || rule.reservoir_size == 0) target.quota = answer.quota;
    target.quota_end = told + (gives_quotas ? answer.life : quota_life);
    const std::uint64_t started = its.boost.started();
    if (const auto boost = its.boost.now(rule, moment.monotonic))
        target.boost = SamplingTarget::Boost{.rate = boost->rate,
                                             .end = told + (boost->end - moment.monotonic)};
    metrics_.boosts.add(its.boost.started() - started);
    return target;
}

std::optional<UnprocessedDocument> SamplingTargets::add_boost(State& state,
                                                              const SamplingRules::State& rules,
                                                              const BoostDocument& document,
                                                              const Moment& moment) {
    const SamplingRule* rule = find_rule(rules, document.rule);
    if (rule == nullptr) return unknown_rule(document.rule);
    if (!rule->boost)
        return UnprocessedDocument{document.rule, "400", "the rule has no SamplingRateBoost"};
    if (is_far(document.timestamp, moment.wall)) return far_document(document.rule);
    RuleState& its = state_of(state, document.rule, moment.monotonic);
    if (!its.boost.add(document.report, moment.monotonic)) metrics_.uncounted_services.add();
    return std::nullopt;
}

SamplingAnswer SamplingTargets::report(const std::vector<SamplingDocument>& documents,
                                       const std::vector<BoostDocument>& boosts) {
    const Moment moment{clock_.now(), clock_.monotonic()};
    const auto rules = rules_.now();
    SamplingAnswer answer;
    answer.last_modified = rules->last_modified;
    answer.targets.reserve(documents.size());
    auto state = state_.lock();
    // Boosts first: what a client tells now counts for the rate that it is told.
    for (const BoostDocument& document : boosts)
        if (auto unprocessed = add_boost(*state, *rules, document, moment))
            answer.unprocessed_boosts.push_back(*std::move(unprocessed));
    for (const SamplingDocument& document : documents) {
        const SamplingRule* rule = find_rule(*rules, document.rule);
        if (rule == nullptr)
            answer.unprocessed.push_back(unknown_rule(document.rule));
        else if (is_far(document.report.timestamp, moment.wall))
            answer.unprocessed.push_back(far_document(document.rule));
        else
            answer.targets.push_back(target_of(*state, *rule, document, moment));
    }
    metrics_.unprocessed.add(answer.unprocessed.size());
    return answer;
}

SamplingStatisticsPage SamplingTargets::statistics(std::optional<Instant> before,
                                                   std::size_t limit) {
    return state_.lock()->statistics.list(before, limit, clock_.now());
}

}  // namespace tomograph
