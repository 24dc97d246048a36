#include "kill_life.h"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace tomograph::testing {
namespace {

using std::chrono::microseconds;

/// Real time many times over, from a given second on.
class FastClock final : public Clock {
 public:
    FastClock(std::int64_t second, std::int64_t speed)
        : start_(Instant::from_seconds(second)), speed_(speed) {}

    Instant now() const override { return start_ + monotonic(); }
    Duration monotonic() const override { return (real_.monotonic() - real_start_) * speed_; }

 private:
    RealClock real_;
    Instant start_;
    Duration real_start_ = real_.monotonic();
    std::int64_t speed_;
};

/// Records are shorter than what a pipe takes at once: they never mix.
void tell(int pipe, KillRecord record) {
    if (::write(pipe, &record, sizeof record) != sizeof record) std::_Exit(3);
}

[[noreturn]] void give_up(int pipe, const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    tell(pipe, {.kind = KillRecord::is_wrong});
    std::_Exit(3);
}

[[noreturn]] void wait_for_the_end() {
    while (true) ::pause();
}

/// One thread's requests, a few of them under way at once.
class Sender {
 public:
    Sender(const KillLife& life, std::uint64_t thread, EmbeddedStore& store, int pipe)
        : life_(life), thread_(thread), store_(store), pipe_(pipe) {}

    void run() {
        std::mt19937_64 random(life_.own_number(100 + thread_));
        for (std::uint64_t n = 0; n < life_.requests_max(); ++n) {
            const auto answered = wait_for_room();
            KillRecord record{.kind = KillRecord::is_sent,
                              .thread = static_cast<std::uint32_t>(thread_),
                              .n = static_cast<std::uint32_t>(n)};
            // A repetition goes alone, and only of what was answered: else nobody could tell
            // whether a request that was not answered came through.
            if (!answered.empty() && random() % 5 == 0)
                record.repeats = answered[random() % answered.size()];
            send(record);
            if (random() % 8 == 0) std::this_thread::sleep_for(microseconds(random() % 3'000));
        }
    }

 private:
    /// The requests that were answered so far.
    std::vector<std::uint32_t> wait_for_room() {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [&] { return under_way_ < life_.window(); });
        ++under_way_;
        return answered_;
    }

    void send(const KillRecord& record) {
        const bool repeats = record.repeats != KillRecord::no_request;
        auto specs = life_.request(thread_, repeats ? record.repeats : record.n);
        if (repeats) specs.resize(1);
        tell(pipe_, record);
        store_.append(documents_of(specs), [this, record, repeats](const Result<void>& done) {
            KillRecord answer = record;
            answer.kind = done ? KillRecord::is_answered : KillRecord::is_refused;
            tell(pipe_, answer);
            const std::lock_guard lock(mutex_);
            if (done && !repeats) answered_.push_back(record.n);
            --under_way_;
            room_.notify_one();
        });
    }

    const KillLife& life_;
    std::uint64_t thread_;
    EmbeddedStore& store_;
    int pipe_;
    std::mutex mutex_;
    std::condition_variable room_;
    std::uint64_t under_way_ = 0;
    std::vector<std::uint32_t> answered_;
};

/// What an operator does meanwhile. Whether it works is not looked at: the documents must be there.
[[noreturn]] void operate(const KillLife& life, EmbeddedStore& store) {
    std::mt19937_64 random(life.own_number(200));
    const TimeRange all{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};
    while (true) {
        std::this_thread::sleep_for(microseconds(1'000 + random() % 20'000));
        switch (random() % 4) {
            case 0:
                if (life.has_keys())
                    static_cast<void>(
                        store.change_master_key(key_of(random() % 2 == 0 ? 'a' : 'b')));
                break;
            case 1:
                if (life.has_policies())
                    static_cast<void>(store.set_policies(
                        {{.retention_class = 1 + static_cast<std::uint32_t>(random() % 3),
                          .has_fault = true},
                         {.retention_class = 5, .duration_min = Duration::seconds(2)}}));
                break;
            case 2:
                static_cast<void>(store.compact([](const StoreProgress&) { return true; }));
                break;
            default:
                static_cast<void>(store.graph(all));
        }
    }
}

}  // namespace

void live(const KillLife& life, int pipe) {
    silence_log();
    const auto files = make_real_file_system();
    const FastClock clock(life.clock_second, life.clock_speed());
    MetricsRegistry registry;
    EmbeddedStoreOptions options = life.options();
    options.background = true;
    auto opened = EmbeddedStore::open(*files, clock, registry, options);
    if (!opened) give_up(pipe, "open: " + opened.error().message());
    EmbeddedStore& store = **opened;
    for (StoreStatus status = store.status(); !status.ready; status = store.status()) {
        if (status.reason != "replaying the log" && status.reason != "starting" &&
            !status.reason.empty())
            give_up(pipe, "start: " + status.reason);
        std::this_thread::sleep_for(microseconds(100));
    }
    tell(pipe, {.kind = KillRecord::is_ready});
    std::vector<std::unique_ptr<Sender>> senders;
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < life.threads(); ++thread)
        senders.push_back(std::make_unique<Sender>(life, thread, store, pipe));
    for (const auto& sender : senders) threads.emplace_back([&] { sender->run(); });
    threads.emplace_back([&] { operate(life, store); });
    wait_for_the_end();
}

}  // namespace tomograph::testing
