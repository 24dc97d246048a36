// A model of the clients of sampling rules, message by message: whatever is lost, late, repeated or
// restarted, the fleet takes no more from a reservoir than it holds.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <random>

#include "base/log.h"
#include "catalog/sqlite_catalog.h"
#include "service/sampling/sampling_targets.h"

using namespace tomograph;

namespace {

constexpr std::int64_t start_second = 1'795'000'000;
constexpr std::int64_t ms_per_second = 1'000;
constexpr std::string_view rule_name = "shop";
const ChangeOrigin somebody{.who = "anonymous", .address = "", .operation = "Test"};

/// How the programs decide (sampling.md §3).
enum class Kind { xray_sdk, otel_java, adot, node };

struct Client {
    Kind kind{};
    SamplingClientId id{};
    std::int64_t skew = 0;       ///< seconds that its clock is ahead of the true time
    std::int64_t skew_next = 0;  ///< from the next second on
    int requests_max = 0;        ///< a second
    bool is_gone = false;

    std::optional<std::int64_t> quota;
    std::int64_t quota_end = 0;
    bool has_target = false;
    std::int64_t requests = 0;
    std::int64_t sampled = 0;
    std::int64_t borrowed = 0;
    std::int64_t second = -1;
    std::int64_t taken_in_second = 0;
    bool borrowed_in_second = false;

    enum class Taken { nothing, reservoir, borrowed };
    /// One request that matches the rule, at a second of its own clock.
    Taken decide(std::int64_t now, std::int64_t reservoir) {
        ++requests;
        if (now != second) {
            second = now;
            taken_in_second = 0;
            borrowed_in_second = false;
        }
        // Node's SDK takes a thousandth of the time for the time: every quota has run out.
        const bool has_quota = quota && quota_end >= now && kind != Kind::node;
        if (has_quota) {
            if (taken_in_second >= *quota) return Taken::nothing;
            ++taken_in_second;
            ++sampled;
            return Taken::reservoir;
        }
        if (kind == Kind::otel_java && has_target) return Taken::nothing;
        if (reservoir == 0 || borrowed_in_second) return Taken::nothing;
        borrowed_in_second = true;
        ++borrowed;
        if (kind == Kind::otel_java) ++sampled;
        return Taken::borrowed;
    }
    void learn(const SamplingTarget& target) {
        has_target = true;
        if (target.quota) {
            quota = target.quota;
            quota_end = target.quota_end.second();
        } else if (kind == Kind::otel_java) {
            quota.reset();
        }
    }
};

class Model {
 public:
    explicit Model(std::uint64_t seed) : random_(seed) {
        REQUIRE(rules_);
        start(false);
        set_rule(draw(0, 30));
        const int clients = draw(1, 10);
        for (int n = 0; n < clients; ++n) add_client(draw(0, 5'000));
        at(draw(0, 40'000), [this] { disturb(); });
        for (std::int64_t second = 0; second < seconds_; ++second)
            at(second * ms_per_second, [this, second] { spend(second); });
    }

    /// The worst excess over the bound in any second; 0 or less when it holds.
    std::int64_t run() {
        std::int64_t worst = -1'000'000;
        while (!events_.empty()) {
            Event event = events_.top();
            events_.pop();
            clock_.advance(Duration::milliseconds(event.at - now_));
            now_ = event.at;
            event.work();
        }
        for (const auto& [second, taken] : taken_) {
            std::int64_t bound = 0;
            for (const auto& [since, reservoir] : reservoirs_) {
                if (since / ms_per_second > second) continue;
                const auto next = reservoirs_.upper_bound(since);
                // What was answered while the reservoir was larger may be in force for that long.
                constexpr std::int64_t echo = 34;
                if (next == reservoirs_.end() || next->first / ms_per_second + echo >= second)
                    bound = std::max(bound, reservoir);
            }
            worst = std::max(worst, taken - bound);
        }
        return worst;
    }

 private:
    struct Event {
        std::int64_t at;
        std::uint64_t order;
        std::function<void()> work;
        bool operator<(const Event& other) const {
            return at != other.at ? at > other.at : order > other.order;
        }
    };

    int draw(int min, int max) { return std::uniform_int_distribution(min, max)(random_); }
    bool chance(double probability) { return std::bernoulli_distribution(probability)(random_); }
    void at(std::int64_t ms, std::function<void()> work) {
        if (ms < seconds_ * ms_per_second) events_.push({ms, order_++, std::move(work)});
    }
    void after(int ms, std::function<void()> work) { at(now_ + ms, std::move(work)); }

    void start(bool has_former_life) {
        rules_ = SamplingRules::open(*catalog_, clock_, {}).value();
        targets_ = std::make_unique<SamplingTargets>(
            *rules_, clock_, metrics_,
            SamplingTargets::Options{
                .has_former_life = has_former_life, .clients_per_rule_max = 8, .rules_max = 3});
    }

    void set_rule(std::int64_t reservoir) {
        if (!has_rule_)
            REQUIRE(rules_->create(
                somebody,
                {.name = std::string(rule_name), .priority = 1, .reservoir_size = reservoir}, {}));
        else
            REQUIRE(rules_->update(somebody, {.name = std::string(rule_name)},
                                   {.reservoir_size = reservoir}));
        has_rule_ = true;
        reservoir_ = reservoir;
        reservoirs_[now_] = reservoir;
    }

    void add_client(int first_poll_ms) {
        auto client = std::make_shared<Client>();
        client->kind = static_cast<Kind>(draw(0, 3));
        for (char& c : client->id) c = static_cast<char>('a' + draw(0, 15));
        client->skew = draw(-240, 240);
        client->requests_max = draw(0, 25);
        clients_.push_back(client);
        poll_later(client, first_poll_ms);
    }

    void poll_later(const std::shared_ptr<Client>& client, int ms) {
        after(ms, [this, client] { poll(client); });
    }

    void poll(const std::shared_ptr<Client>& client) {
        if (client->is_gone) return;
        poll_later(client, 10'000 + draw(0, 500));
        if (chance(0.3)) client->requests_max = draw(0, 40);
        if (client->kind == Kind::xray_sdk && client->requests == 0) return;
        SamplingDocument document{.rule = std::string(rule_name), .report = {}};
        SamplingReport& report = document.report;
        report = {
            .client = client->id,
            .timestamp = Instant::from_seconds(start_second + now_ / ms_per_second + client->skew),
            .requests = client->requests,
            .sampled = client->sampled,
            .borrowed = client->borrowed};
        client->requests = client->sampled = client->borrowed = 0;
        const int copies = chance(0.05) ? 2 : 1;
        for (int copy = 0; copy < copies; ++copy)
            after(copy * draw(0, 40'000) + draw(0, 900), [this, client, document] {
                if (targets_) answer(client, targets_->report({document}, {}));
            });
    }

    void answer(const std::shared_ptr<Client>& client, const SamplingAnswer& answered) {
        if (chance(loss_)) return;
        after(draw(0, 900), [client, answered] {
            for (const SamplingTarget& target : answered.targets)
                if (target.rule == rule_name) client->learn(target);
        });
    }

    /// All requests of one second, spread over it.
    void spend(std::int64_t second) {
        for (const auto& client : clients_) {
            if (client->is_gone) continue;
            client->skew += std::exchange(client->skew_next, 0);
            for (int n = draw(0, client->requests_max); n > 0; --n)
                after(draw(0, 999), [this, client, second] {
                    if (client->is_gone) return;
                    const auto taken =
                        client->decide(start_second + second + client->skew, reservoir_);
                    if (taken == Client::Taken::reservoir) ++taken_[second];
                });
        }
    }

    void disturb() {
        after(draw(1'000, 30'000), [this] { disturb(); });
        switch (draw(0, 7)) {
            case 0:
                if (targets_) set_rule(draw(0, 30));
                break;
            case 1:  // the server crashes
                targets_.reset();
                after(draw(0, 20'000), [this] { start(true); });
                break;
            case 2:  // a program restarts, as another client
                clients_[random_() % clients_.size()]->is_gone = true;
                add_client(draw(0, 10'000));
                break;
            case 3:
                clients_[random_() % clients_.size()]->is_gone = true;
                break;
            case 4:
                add_client(draw(0, 10'000));
                break;
            case 5:  // a clock is put forward; put back, nobody could take a quota back
                clients_[random_() % clients_.size()]->skew_next += draw(0, 20);
                break;
            case 6:  // the server's own may go either way
                clock_.jump(Duration::seconds(draw(-120, 120)));
                break;
            case 7:  // deleted, and perhaps made again
                if (!targets_) break;
                REQUIRE(rules_->remove(somebody, {.name = std::string(rule_name)}));
                has_rule_ = false;
                reservoirs_[now_] = 0;
                set_rule(draw(0, 30));
                break;
        }
    }

    static constexpr std::int64_t seconds_ = 150;
    std::mt19937_64 random_;
    ManualClock clock_{Instant::from_seconds(start_second)};
    MetricsRegistry metrics_;
    std::unique_ptr<Catalog> catalog_ = open_sqlite_catalog(":memory:", clock_).value();
    std::unique_ptr<SamplingRules> rules_ = SamplingRules::open(*catalog_, clock_, {}).value();
    std::unique_ptr<SamplingTargets> targets_;
    std::vector<std::shared_ptr<Client>> clients_;
    std::priority_queue<Event> events_;
    std::uint64_t order_ = 0;
    std::int64_t now_ = 0;
    double loss_ = chance(0.5) ? 0.0 : 0.3;
    bool has_rule_ = false;
    std::int64_t reservoir_ = 0;
    std::map<std::int64_t, std::int64_t> reservoirs_;  ///< by the ms from which on
    std::map<std::int64_t, std::int64_t> taken_;       ///< from the reservoir, by second
};

}  // namespace

TEST_CASE("no fleet takes more from a reservoir than it holds") {
    constexpr std::uint64_t seeds = 300;
    const char* wanted = std::getenv("SAMPLING_SEEDS");
    const std::uint64_t last = wanted != nullptr ? std::stoull(wanted) : seeds;
    for (std::uint64_t seed = 1; seed <= last; ++seed) {
        CAPTURE(seed);
        CHECK(Model(seed).run() <= 0);
    }
}
