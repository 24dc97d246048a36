#include "service/insights/insight_evaluator.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "service/insights/insight_id.h"
#include "service/insights/limits.h"

namespace tomograph {
namespace {

std::int64_t milli(double value) { return std::llround(value * 1000); }

bool names(const StoredInsight& insight, const ServiceKey& service) {
    return std::any_of(insight.services.begin(), insight.services.end(),
                       [&](const AffectedService& each) { return each.service == service; });
}

bool names_any(const StoredInsight& insight, const std::vector<ServiceKey>& services) {
    return std::any_of(services.begin(), services.end(),
                       [&](const ServiceKey& each) { return names(insight, each); });
}

/// The most unusual first; the root cause stays, however many there are.
void order_services(StoredInsight& insight) {
    const auto rank = [](const AffectedService& each) {
        return std::tuple(-each.score_milli, each.service);
    };
    std::sort(insight.services.begin(), insight.services.end(),
              [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    while (insight.services.size() > insight_services_max) {
        auto last = insight.services.end() - 1;
        if (last->service == insight.root_cause) --last;
        insight.services.erase(last);
    }
}

void add_event(InsightChange& change, std::int64_t minute, std::string text, bool is_last = false) {
    StoredInsight& insight = change.insight;
    if (!is_last && insight.event_count >= insight_events_max) return;
    insight.event_minute = minute;
    InsightEvent event{.sequence = ++insight.event_count,
                       .minute = minute,
                       .summary = std::move(text),
                       .clients = insight.clients,
                       .at_cause = insight.at_cause,
                       .top_services = {}};
    for (const AffectedService& each : insight.services)
        if (event.top_services.size() < insight_top_services)
            event.top_services.push_back(each.service);
    change.events.push_back(std::move(event));
}

/// What it was is what is usual now.
bool was_for_a_day(const StoredInsight& insight) {
    return *insight.end_minute - insight.start_minute >= insight_minutes_max;
}

bool by_end(const StoredInsight& a, const StoredInsight& b) {
    return std::tie(*a.end_minute, a.id) < std::tie(*b.end_minute, b.id);
}

bool was_in(const std::vector<std::int64_t>& minutes, std::int64_t first, std::int64_t last) {
    const auto found = std::lower_bound(minutes.begin(), minutes.end(), first);
    return found != minutes.end() && *found <= last;
}

}  // namespace

bool InsightEvaluator::Look::is_hot() const { return outside_opening >= opening_minutes_outside; }
bool InsightEvaluator::Look::is_suspect() const {
    return outside_opening >= suspect_minutes_outside;
}

const ServiceMinutes& InsightEvaluator::minutes_of(const ServiceKey& service) const {
    static const ServiceMinutes none;
    const auto found = window_.services.find(service);
    return found == window_.services.end() ? none : found->second;
}

Verdict InsightEvaluator::verdict(const ServiceKey& service, std::int64_t minute,
                                  const AffectedService* in_insight) {
    const ServiceJudge judge(kind_, window_, minutes_of(service));
    if (in_insight != nullptr) return judge.judge(minute, in_insight->baseline);
    const auto [place, is_new] = verdicts_.try_emplace({service, minute});
    if (is_new) place->second = judge.judge(minute, std::nullopt);
    return place->second;
}

InsightEvaluator::Look InsightEvaluator::look_at(const ServiceKey& service, std::int64_t minute,
                                                 const AffectedService* in_insight) {
    Look look;
    for (std::int64_t ago = closing_minutes - 1; ago >= 0; --ago) {
        const std::int64_t at = minute - ago;
        const Verdict its = verdict(service, at, in_insight);
        look.known_closing += its.is_known ? 1 : 0;
        if (!its.is_outside) continue;
        ++look.outside_closing;
        look.last_outside = at;
        if (its.score > look.score) look.worst = its;
        look.score = std::max(look.score, its.score);
        if (ago >= opening_minutes) continue;
        if (look.outside_opening++ == 0) look.first_outside = at;
        look.severity += std::abs(its.value - its.expected) / double{opening_minutes};
    }
    return look;
}

InsightEvaluator::Looks InsightEvaluator::look_at_all(std::int64_t minute,
                                                      const InsightState& state) {
    std::map<ServiceKey, const AffectedService*> held;
    for (const StoredInsight& insight : state.active)
        for (const AffectedService& each : insight.services) held.emplace(each.service, &each);
    closed_.clear();
    for (const StoredInsight& insight : state.closed)
        for (const AffectedService& each : insight.services)
            if (each.baseline) closed_.insert_or_assign(each.service, each);
    Looks looks;
    for (const auto& [service, in_insight] : held)
        looks.emplace(service, look_at(service, minute, in_insight));
    for (const auto& [service, minutes] : window_.services) {
        if (held.contains(service)) continue;
        const auto closed = closed_.find(service);
        const Look look =
            look_at(service, minute, closed == closed_.end() ? nullptr : &closed->second);
        if (look.is_suspect()) looks.emplace(service, look);
    }
    return looks;
}

std::vector<CauseGroup> InsightEvaluator::causes_of(
    const Looks& looks, std::int64_t minute, const std::vector<StoredInsight>& active) const {
    std::map<ServiceKey, UnusualService> unusual;
    for (const auto& [service, look] : looks)
        if (look.outside_closing > 0) unusual[service].score = look.score;
    const std::int64_t first = minute - closing_minutes - past_minutes + 1;
    for (const auto& [call, minutes] : window_.calls) {
        const auto source = unusual.find(call.source);
        const auto target = unusual.find(call.target);
        if (source == unusual.end() || target == unusual.end() || source == target) continue;
        if (!was_in(minutes, first, minute)) continue;
        // Trouble comes from whom one calls; fewer requests come from whom one is called by.
        if (kind_ == InsightKind::throughput)
            target->second.causes_in.insert(call.source);
        else
            source->second.causes_in.insert(call.target);
    }
    std::set<ServiceKey> known;
    for (const StoredInsight& insight : active) known.insert(insight.root_cause);
    return find_root_causes(unusual, known);
}

std::vector<InsightChange> InsightEvaluator::step(std::int64_t minute, InsightState& state) {
    std::erase_if(state.closed, [&](const StoredInsight& insight) {
        return *insight.end_minute + past_minutes <= minute;
    });
    std::sort(state.closed.begin(), state.closed.end(), by_end);
    looks_ = look_at_all(minute, state);
    std::vector<StoredInsight>& active = state.active;
    std::vector<InsightChange> changes;
    for (StoredInsight& insight : active)
        changes.push_back({.insight = std::move(insight), .events = {}});
    const std::vector<CauseGroup> groups = [&] {
        std::vector<StoredInsight> before;
        for (const InsightChange& change : changes) before.push_back(change.insight);
        return causes_of(looks_, minute, before);
    }();
    active.clear();

    std::vector<bool> is_taken(changes.size(), false);
    // The insight of that root cause; else one whose root cause has this one behind it; else one
    // that lost its own.
    const auto take = [&](const CauseGroup& group) -> std::optional<std::size_t> {
        const auto fits = [&](std::size_t i, int how) {
            const StoredInsight& insight = changes[i].insight;
            const bool is_explained = std::find(group.explained.begin(), group.explained.end(),
                                                insight.root_cause) != group.explained.end();
            if (how == 0) return insight.root_cause == group.cause;
            if (how == 1) return is_explained;
            return looks_.at(insight.root_cause).outside_closing == 0 &&
                   names_any(insight, group.explained);
        };
        for (const int how : {0, 1, 2})
            for (std::size_t i = 0; i < is_taken.size(); ++i)
                if (!is_taken[i] && fits(i, how)) {
                    is_taken[i] = true;
                    return i;
                }
        return std::nullopt;
    };
    // Insights that know their root cause choose first.
    std::vector<const CauseGroup*> by_right;
    for (const CauseGroup& group : groups) by_right.push_back(&group);
    std::stable_partition(by_right.begin(), by_right.end(), [&](const CauseGroup* group) {
        return std::any_of(changes.begin(), changes.end(), [&](const InsightChange& change) {
            return change.insight.root_cause == group->cause;
        });
    });
    for (const CauseGroup* group : by_right) {
        const auto taken = take(*group);
        if (!taken) {
            open(*group, minute, changes);
            continue;
        }
        follow(*group, minute, changes[*taken]);
        for (std::size_t i = 0; i < is_taken.size(); ++i) {
            const ServiceKey& cause = changes[i].insight.root_cause;
            if (is_taken[i] || std::find(group->explained.begin(), group->explained.end(), cause) ==
                                   group->explained.end())
                continue;
            is_taken[i] = true;
            count(changes[i].insight, minute);
            end_insight(changes[i], minute + 1, InsightEnd::joined);
        }
    }
    for (InsightChange& change : changes) {
        if (change.insight.is_active()) refresh(change, minute);
        if (change.insight.is_active())
            active.push_back(change.insight);
        else if (!was_for_a_day(change.insight))
            state.closed.push_back(change.insight);
    }
    std::sort(active.begin(), active.end(), [](const StoredInsight& a, const StoredInsight& b) {
        return std::tie(a.start_minute, a.id) < std::tie(b.start_minute, b.id);
    });
    return changes;
}

void InsightEvaluator::open(const CauseGroup& causes, std::int64_t minute,
                            std::vector<InsightChange>& changes) {
    const auto is_hot = [&](const ServiceKey& each) { return looks_.at(each).is_hot(); };
    if (std::none_of(causes.explained.begin(), causes.explained.end(), is_hot)) return;
    const auto is_active = [](const InsightChange& each) { return each.insight.is_active(); };
    if (std::count_if(changes.begin(), changes.end(), is_active) >=
        std::ptrdiff_t{insights_active_max})
        return;
    InsightChange change;
    StoredInsight& insight = change.insight;
    insight.kind = kind_;
    insight.group_name = group_.name;
    insight.group_arn = group_.arn;
    insight.root_cause = causes.cause;
    insight.start_minute = minute;
    for (const ServiceKey& each : causes.explained)
        if (looks_.at(each).outside_opening > 0)
            insight.start_minute = std::min(insight.start_minute, looks_.at(each).first_outside);
    insight.settled_minute = insight.start_minute;
    insight.last_outside_minute = insight.start_minute;
    insight.id = make_insight_id(insight);
    for (const ServiceKey& each : causes.explained)
        if (is_hot(each) || each == causes.cause) add_service(each, minute, insight);
    count(insight, minute);
    insight.event_severity_milli = milli(looks_.at(causes.cause).severity);
    add_event(change, minute, began_text(insight));
    changes.push_back(std::move(change));
}

void InsightEvaluator::add_service(const ServiceKey& service, std::int64_t minute,
                                   StoredInsight& insight) {
    const Look& look = looks_.at(service);
    const ServiceJudge judge(kind_, window_, minutes_of(service));
    const std::int64_t since = look.outside_opening > 0 ? look.first_outside : look.last_outside;
    // Before the trouble of others where that is not long ago: it may have come here unnoticed.
    const std::int64_t before = std::max(insight.start_minute, minute - closing_minutes + 1);
    std::optional<InsightBaseline> baseline;
    if (const auto closed = closed_.find(service); closed != closed_.end())
        baseline = closed->second.baseline;
    if (!baseline) baseline = judge.baseline_at(std::min(since, before));
    if (!baseline) baseline = judge.baseline_at(since);
    insight.services.push_back(
        {.service = service, .baseline = baseline, .score_milli = milli(look.score)});
    order_services(insight);
}

void InsightEvaluator::move_to(const ServiceKey& cause, std::int64_t minute,
                               InsightChange& change) {
    StoredInsight& insight = change.insight;
    const ServiceKey before = std::exchange(insight.root_cause, cause);
    if (!names(insight, cause)) add_service(cause, minute, insight);
    // What its requests came to since the beginning, as far back as every window of this minute
    // reaches.
    const std::int64_t first = std::max(insight.start_minute, minute - past_minutes);
    insight.at_cause_settled = {};
    for (const auto& [at, did] : minutes_of(cause))
        if (at >= first && at < insight.settled_minute) insight.at_cause_settled.add(did.counts());
    insight.worst_milli = 0;
    count(insight, minute);
    insight.event_severity_milli = milli(looks_.at(cause).severity);
    add_event(change, minute, moved_text(insight, before));
}

void InsightEvaluator::follow(const CauseGroup& causes, std::int64_t minute,
                              InsightChange& change) {
    if (change.insight.root_cause != causes.cause) move_to(causes.cause, minute, change);
    std::optional<ServiceKey> newest;
    for (const ServiceKey& each : causes.explained) {
        if (names(change.insight, each) || !looks_.at(each).is_hot()) continue;
        if (change.insight.services.size() >= insight_services_max) break;
        add_service(each, minute, change.insight);
        newest = each;
    }
    if (!newest) return;
    count(change.insight, minute);
    add_event(change, minute, spread_text(change.insight, *newest));
}

/// The counts until that minute: those of minutes that nobody corrects any more are kept, the
/// others are read again each time.
void InsightEvaluator::count(StoredInsight& insight, std::int64_t minute) const {
    const ServiceMinutes& at_cause = minutes_of(insight.root_cause);
    const auto add = [&](std::int64_t first, std::int64_t last, ImpactCounts& clients,
                         ImpactCounts& cause) {
        for (auto at = window_.clients.lower_bound(first);
             at != window_.clients.end() && at->first < last; ++at)
            clients.add(at->second);
        for (auto at = at_cause.lower_bound(first); at != at_cause.end() && at->first < last; ++at)
            cause.add(at->second.counts());
    };
    const std::int64_t settled =
        std::min(minute - closing_minutes + 1, insight.last_outside_minute + 1);
    if (settled > insight.settled_minute) {
        add(insight.settled_minute, settled, insight.clients_settled, insight.at_cause_settled);
        insight.settled_minute = settled;
    }
    insight.clients = insight.clients_settled;
    insight.at_cause = insight.at_cause_settled;
    add(insight.settled_minute, insight.end_minute.value_or(minute + 1), insight.clients,
        insight.at_cause);
    insight.updated_minute = minute;
    insight.summary = summary_of(insight);
}

void InsightEvaluator::refresh(InsightChange& change, std::int64_t minute) {
    StoredInsight& insight = change.insight;
    for (AffectedService& each : insight.services) {
        const Look& look = looks_.at(each.service);
        each.score_milli = std::max(each.score_milli, milli(look.score));
        if (look.outside_closing > 0)
            insight.last_outside_minute = std::max(insight.last_outside_minute, look.last_outside);
    }
    order_services(insight);
    const Look& cause = looks_.at(insight.root_cause);
    const bool is_worst = kind_ == InsightKind::throughput
                              ? milli(cause.worst.value) < insight.worst_milli
                              : milli(cause.worst.value) > insight.worst_milli;
    if (cause.outside_closing > 0 && (is_worst || insight.usual_milli == 0)) {
        insight.worst_milli = milli(cause.worst.value);
        insight.usual_milli = milli(cause.worst.expected);
    }
    count(insight, minute);
    if (ends(change, minute)) return;

    const std::int64_t severity = milli(cause.severity);
    const std::int64_t told = insight.event_severity_milli;
    const bool is_worse = severity > 0 && severity >= 2 * told;
    const bool is_better = told > 0 && 2 * severity <= told;
    if (minute - insight.event_minute < insight_event_minutes || (!is_worse && !is_better)) return;
    insight.event_severity_milli = severity;
    add_event(change, minute, changed_text(insight, is_worse));
}

bool InsightEvaluator::ends(InsightChange& change, std::int64_t minute) const {
    StoredInsight& insight = change.insight;
    const std::int64_t calm = minute - insight.last_outside_minute;
    int known = 0;
    for (const AffectedService& each : insight.services)
        known = std::max(known, looks_.at(each.service).known_closing);
    std::optional<InsightEnd> why;
    if (calm >= closing_minutes && known >= closing_minutes_judged) why = InsightEnd::calm;
    if (!why && calm >= closing_silence_minutes) why = InsightEnd::silent;
    if (why) {
        insight.end_minute = insight.last_outside_minute + 1;
    } else if (minute + 1 - insight.start_minute >= insight_minutes_max) {
        why = InsightEnd::usual;
        insight.end_minute = minute + 1;
    }
    if (!why) return false;
    count(insight, minute);
    end_insight(change, *insight.end_minute, *why);
    return true;
}

void end_insight(InsightChange& change, std::int64_t end_minute, InsightEnd why) {
    StoredInsight& insight = change.insight;
    insight.end_minute = std::max(end_minute, insight.start_minute + 1);
    insight.summary = summary_of(insight);
    add_event(change, insight.updated_minute, ended_text(insight, why), true);
}

}  // namespace tomograph
