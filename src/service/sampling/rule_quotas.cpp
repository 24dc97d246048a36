#include "service/sampling/rule_quotas.h"

#include <algorithm>
#include <cmath>

namespace tomograph {
namespace {

/// Of a client's steadiness, and of what is expected to go on: above them an answer may be lost.
constexpr double steadiness_long = 0.7;
constexpr double kept_long = 0.9;
/// A report that was due this long ago says that the client is gone.
constexpr Duration client_life = quota_interval * 3;
/// A report speaks of a time between these, whatever the clocks say.
constexpr Duration elapsed_min = Duration::seconds(1);
constexpr Duration elapsed_max = client_life;
/// Reports in a row. The first may be of the moment before the first quota was answered.
constexpr int borrows_of_a_borrower = 2;
/// A first quota is the larger of these: an eighth of a reservoir, or two, as AWS documents it.
constexpr std::int64_t first_parts = 8;
constexpr std::int64_t first_units = 2;
constexpr Duration plan_step = Duration::seconds(1);
/// A plan of 5,000 clients takes some ms: with more it is made less often.
constexpr std::int64_t clients_per_plan_step = 5'000;
/// Units that cannot be divided change hands between clients of equal demand this often. Each time
/// they lie idle for quota_life, at most.
constexpr Duration turn = Duration::minutes(30);

/// Each client has turns of its own, so that not all change at once.
std::uint64_t draw_of(std::size_t hash, Duration now) {
    const std::int64_t offset = static_cast<std::int64_t>(hash % static_cast<std::size_t>(turn.ns));
    return mix64(hash ^ mix64(static_cast<std::uint64_t>((now.ns + offset) / turn.ns)));
}

}  // namespace

bool RuleQuotas::Client::is_borrower() const { return borrowed_in_a_row >= borrows_of_a_borrower; }

std::int64_t RuleQuotas::Client::committed(Duration now) const {
    for (std::size_t at = 0; at < quota_count; ++at)
        if (quotas[at].end > now) return quotas[at].size;
    return 0;
}

void RuleQuotas::Client::forget_ended(Duration now) {
    const auto end = quotas.begin() + static_cast<std::ptrdiff_t>(quota_count);
    const auto kept =
        std::remove_if(quotas.begin(), end, [&](const Quota& quota) { return quota.end <= now; });
    quota_count = static_cast<std::size_t>(kept - quotas.begin());
}

void RuleQuotas::Client::add(Quota quota) {
    // More in one life than there is room for: as if the last had been as large as the one before,
    // and this one as late as both.
    if (quota_count == quotas.size()) {
        quota.size = std::max(quota.size, quotas[quota_count - 1].size);
        quota.end = std::max(quota.end, quotas[quota_count - 1].end);
        --quota_count;
    }
    const auto end = quotas.begin() + static_cast<std::ptrdiff_t>(quota_count);
    const auto says_more = [&](const Quota& other) {
        return other.size >= quota.size && other.end >= quota.end;
    };
    if (std::any_of(quotas.begin(), end, says_more)) return;
    const auto kept = std::remove_if(quotas.begin(), end, [&](const Quota& other) {
        return other.size <= quota.size && other.end <= quota.end;
    });
    const auto place = std::find_if(quotas.begin(), kept,
                                    [&](const Quota& other) { return other.size < quota.size; });
    std::move_backward(place, kept, kept + 1);
    *place = quota;
    quota_count = static_cast<std::size_t>(kept - quotas.begin()) + 1;
}

std::int64_t RuleQuotas::committed(Duration now) const {
    std::int64_t sum = 0;
    for (const Client& client : clients_) sum += client.committed(now);
    return sum;
}

RuleQuotas::Client* RuleQuotas::find_or_add(const SamplingReport& report, Duration now,
                                            bool& is_new) {
    const auto found = places_.find(report.client);
    is_new = found == places_.end();
    if (!is_new) return &clients_[found->second];
    if (clients_.size() >= clients_max_) remove_gone(now);
    if (clients_.size() >= clients_max_) return nullptr;
    places_.emplace(report.client, clients_.size());
    clients_.emplace_back();
    return &clients_.back();
}

void RuleQuotas::note(Client& client, const SamplingReport& report, bool is_new, Duration now) {
    // By the client's clock, which its report is of: delays on the way do not count.
    Duration elapsed = is_new ? quota_interval : report.timestamp - client.last.timestamp;
    if (elapsed <= Duration()) elapsed = quota_interval;
    elapsed = std::clamp(elapsed, elapsed_min, elapsed_max);
    forecast_.note(client.demand, static_cast<double>(report.requests), elapsed.as_seconds());

    if (report.borrowed == 0 && report.requests > 0)
        client.borrowed_in_a_row = 0;
    else if (report.borrowed > 0 && now < client.answered_until)
        client.borrowed_in_a_row = std::min(client.borrowed_in_a_row + 1, borrows_of_a_borrower);
    client.last = report;
    client.reported = now;
}

void RuleQuotas::remove_gone(Duration now) {
    for (std::size_t at = 0; at < clients_.size();) {
        Client& client = clients_[at];
        client.forget_ended(now);
        if (client.quota_count > 0 || now - client.reported < client_life) {
            ++at;
            continue;
        }
        places_.erase(client.last.client);
        if (at + 1 < clients_.size()) {
            client = clients_.back();
            places_[client.last.client] = at;
        }
        clients_.pop_back();
    }
}

QuotaDemand RuleQuotas::demand_of(const Client& client, Duration now) const {
    const DemandForecast::Outlook outlook = forecast_.outlook(client.demand);
    return {.rate = outlook.rate,
            .floor = outlook.floor,
            .kept = outlook.kept,
            .peak = client.demand.peak,
            .held = client.committed(now),
            .draw = draw_of(HashId()(client.last.client), now)};
}

void RuleQuotas::make_plan(std::int64_t reservoir, Duration now) {
    remove_gone(now);
    std::vector<QuotaDemand> demands;
    demands.reserve(clients_.size());
    double borrowed = 0;
    committed_ = 0;
    for (Client& client : clients_) {
        committed_ += client.committed(now);
        client.is_planned = true;
        if (now - client.reported >= client_life) continue;
        if (client.is_borrower())
            borrowed += std::min(1.0, client.demand.rate);
        else
            demands.push_back(demand_of(client, now));
    }
    const auto set_aside = static_cast<std::int64_t>(
        std::min(std::ceil(borrowed), static_cast<double>(reservoir / 2)));
    available_ = reservoir - set_aside;
    plan_ = plan_quotas(demands, available_);
    planned_reservoir_ = reservoir;
    planned_ = now;
}

/// A client that no plan knows yet: what it asks for and half of what is free then, but no more
/// than a part of all. Or the first program of a fleet that starts would have all, and the others
/// nothing until that has ended.
QuotaShare RuleQuotas::share_of(const Client& client, Duration now) const {
    if (client.is_planned) return plan_.share_of(demand_of(client, now));
    const std::int64_t free = std::max<std::int64_t>(0, available_ - committed_);
    const auto asked = std::max<std::int64_t>(1, std::llround(std::ceil(client.demand.rate)));
    const std::int64_t most = std::max(first_units, available_ / first_parts);
    const std::int64_t units =
        std::min(most, asked + std::max<std::int64_t>(0, free - asked + 1) / 2);
    return {units, units};
}

Duration RuleQuotas::life_of(const Client& client) const {
    const bool is_steady = client.demand.steadiness >= steadiness_long &&
                           forecast_.outlook(client.demand).kept >= kept_long;
    return is_steady ? quota_life : quota_life_short;
}

RuleQuotas::Answer RuleQuotas::observe(const SamplingReport& report, Duration now) {
    bool is_new = false;
    Client* client = find_or_add(report, now, is_new);
    if (client == nullptr) return {.quota = 0, .is_refused = true};
    const bool is_repeated = !is_new && client->last == report;
    if (!is_repeated) note(*client, report, is_new, now);
    quiet_from_ = std::max(quiet_from_, now + client_life);
    return {.quota = 0, .is_repeated = is_repeated};
}

RuleQuotas::Answer RuleQuotas::report(const SamplingReport& report, std::int64_t reservoir,
                                      Duration now) {
    bool is_new = false;
    Client* client = find_or_add(report, now, is_new);
    if (client == nullptr) return {.quota = 0, .is_refused = true};
    const bool is_repeated = !is_new && client->last == report;
    if (!is_repeated) note(*client, report, is_new, now);

    const std::int64_t steps = 1 + std::ssize(clients_) / clients_per_plan_step;
    if (reservoir != planned_reservoir_ || now - planned_ >= plan_step * steps) {
        make_plan(reservoir, now);
        client = &clients_[places_[report.client]];
        if (is_new) client->is_planned = false;
    }
    client->forget_ended(now);
    const std::int64_t held = client->committed(now);
    const std::int64_t others = committed_ - held;
    std::int64_t quota = 0;
    if (!client->is_borrower()) {
        const QuotaShare share = share_of(*client, now);
        const std::int64_t most = std::max<std::int64_t>(0, available_ - others);
        quota = std::clamp<std::int64_t>(share.units, 0, most);
        const std::int64_t free = std::max<std::int64_t>(0, most - std::max(quota, held));
        quota += std::min(free, std::max<std::int64_t>(0, share.most - quota));
    }
    const Duration life = life_of(*client);
    const Duration end = now + life + quota_life_margin;
    client->add({.size = quota, .end = end});
    client->answered_until = end;
    committed_ += client->committed(now) - held;
    quiet_from_ = std::max(quiet_from_, end);
    return {.quota = quota, .life = life, .is_repeated = is_repeated};
}

}  // namespace tomograph
