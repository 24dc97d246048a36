#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "service/sampling/demand_forecast.h"
#include "service/sampling/quota_plan.h"

namespace tomograph {

/// As clients name themselves, one a process.
constexpr std::size_t client_id_bytes = 24;
using SamplingClientId = std::array<char, client_id_bytes>;

/// How often clients report; each answer says so.
inline constexpr Duration quota_interval = Duration::seconds(10);
/// How long a quota is in force, from the client's report on: until its next answer is there, and
/// of clients whose demand is steady until the one after that, so that one may be lost. What is
/// taken from one client lies idle until its quota has ended
/// (docs/decisions/012-quotas-that-add-up.md).
inline constexpr Duration quota_life = Duration::seconds(22);
inline constexpr Duration quota_life_short = Duration::seconds(12);
/// Clients compare whole seconds.
inline constexpr Duration quota_life_margin = Duration::seconds(1);

/// What a client did since its last report.
struct SamplingReport {
    SamplingClientId client{};
    Instant timestamp;  ///< by its own clock
    std::int64_t requests = 0;
    std::int64_t sampled = 0;
    std::int64_t borrowed = 0;
    bool operator==(const SamplingReport&) const = default;
};

/// Divides the reservoir of one rule among its clients, and follows their demand
/// (docs/decisions/012-quotas-that-add-up.md).
///
/// Invariant: at every moment the quotas that clients may still use add up to at most the
/// reservoir. That is, of each client the largest of all quotas that it was answered and that have
/// not run out: an answer may have been lost, and then the older one is in force. A smaller
/// reservoir holds as soon as the quotas of the larger one have run out. Clients that never use a
/// quota but borrow (Node's SDK) take one a second each; up to half of the reservoir is set aside
/// for them.
///
/// Time is monotonic throughout, that of the server. Threads: one at a time.
class RuleQuotas {
 public:
    /// clients_max  reports of more clients get a quota of 0, and are not remembered
    explicit RuleQuotas(std::size_t clients_max) : clients_max_(clients_max) {}

    struct Answer {
        std::int64_t quota = 0;
        Duration life = quota_life;  ///< of the quota, from the client's report on
        bool is_repeated = false;    ///< the same report came before: what it counts is known
        bool is_refused = false;     ///< there are clients_max
    };
    /// cost: O(1); once a second O(n log n)
    Answer report(const SamplingReport& report, std::int64_t reservoir, Duration now);
    /// Learns the demand, and gives nothing: while nobody knows what clients hold.
    Answer observe(const SamplingReport& report, Duration now);

    /// No quota is in force any more, and no client has reported for that long.
    bool is_idle(Duration now) const { return now >= quiet_from_; }
    std::size_t client_count() const { return clients_.size(); }
    /// The sum of the invariant.
    std::int64_t committed(Duration now) const;

 private:
    struct Quota {
        std::int64_t size = 0;
        Duration end;
    };
    /// Larger quotas stand before smaller ones that run out later; what is neither larger nor later
    /// than another says nothing.
    struct Client {
        SamplingReport last;
        Duration reported;
        Duration answered_until;  ///< the end of the last quota
        DemandTrack demand;
        bool is_planned = false;
        int borrowed_in_a_row = 0;  ///< reports of borrowing although a quota was in force
        std::array<Quota, 4> quotas{};
        std::size_t quota_count = 0;

        bool is_borrower() const;
        std::int64_t committed(Duration now) const;
        void forget_ended(Duration now);
        void add(Quota quota);
    };

    struct HashId {
        std::size_t operator()(const SamplingClientId& id) const {
            return hash64({id.data(), id.size()});
        }
    };

    Client* find_or_add(const SamplingReport& report, Duration now, bool& is_new);
    void note(Client& client, const SamplingReport& report, bool is_new, Duration now);
    void make_plan(std::int64_t reservoir, Duration now);
    void remove_gone(Duration now);
    QuotaDemand demand_of(const Client& client, Duration now) const;
    QuotaShare share_of(const Client& client, Duration now) const;
    Duration life_of(const Client& client) const;

    std::size_t clients_max_;
    DemandForecast forecast_;
    std::vector<Client> clients_;
    std::unordered_map<SamplingClientId, std::size_t, HashId> places_;
    QuotaPlan plan_;
    std::int64_t available_ = 0;  ///< as of the last plan
    std::int64_t planned_reservoir_ = -1;
    std::int64_t committed_ = 0;  ///< never less than committed(now)
    Duration planned_{};
    Duration quiet_from_{};
};

}  // namespace tomograph
