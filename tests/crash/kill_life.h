#pragma once

#include <random>
#include <string>
#include <vector>

#include "../store/keys_fixture.h"

namespace tomograph::testing {

/// One life of a process with a store, from its start until it is killed. All of it follows from
/// these numbers, so that the process that lives it and the one that judges it need no more talk.
struct KillLife {
    std::string directory;
    std::uint64_t seed = 0;         ///< of the directory
    std::uint64_t number = 0;       ///< of the life, from 0
    std::uint64_t generation = 0;   ///< its traces hear nothing of those of another
    std::uint64_t first_life = 0;   ///< of the generation
    std::int64_t trace_second = 0;  ///< the traces of the generation are from then on
    std::int64_t clock_second = 0;  ///< at its start

    static constexpr std::uint64_t traces_per_life = 8;
    static constexpr std::uint64_t spans_per_thread = 4;

    /// Days pass between its generations: parts expire, and their sums stay.
    bool expires() const { return directory_number(1) % 3 == 0; }
    bool has_keys() const {
        const std::uint64_t kind = directory_number(2) % 4;
        // The second kind has files from before it had keys.
        return kind == 0 || (kind == 1 && number >= directory_number(3) % 8);
    }
    bool has_policies() const { return directory_number(4) % 2 == 0; }

    std::uint64_t threads() const { return 1 + own_number(1) % 4; }
    /// Requests of one thread that wait for their answer at once.
    std::uint64_t window() const { return 1 + own_number(2) % 4; }
    std::uint64_t documents_max() const { return own_number(3) % 4 == 0 ? 24 : 4; }
    std::uint64_t requests_max() const { return (20 + own_number(4) % 400) / documents_max(); }
    /// How fast its clock goes: seal and flush times become milliseconds.
    std::int64_t clock_speed() const {
        return 500 + static_cast<std::int64_t>(own_number(5) % 4000);
    }

    EmbeddedStoreOptions options() const {
        std::mt19937_64 random(own_number(6));
        const auto one_of = [&](std::initializer_list<std::uint64_t> values) {
            return std::data(values)[random() % values.size()];
        };
        EmbeddedStoreOptions options = small_options();
        options.directory = directory;
        options.maintenance_interval =
            Duration::microseconds(static_cast<std::int64_t>(one_of({500, 2'000, 5'000})));
        options.wal_segment_bytes = one_of({8 << 10, 16 << 10, 64 << 10, 256 << 10});
        options.wal_first_segment_bytes = one_of({8 << 10, 32 << 10});
        options.open_bytes_max = one_of({32 << 10, 256 << 10, 64 << 20});
        options.flush_spans = one_of({5, 50, 1'000, 64 << 10});
        options.merge_fan_in = one_of({2, 3, 8});
        options.section_cache_bytes = one_of({0, 64 << 10, 1 << 20});
        const auto seconds = [&](std::initializer_list<std::uint64_t> values) {
            return Duration::seconds(static_cast<std::int64_t>(one_of(values)));
        };
        options.seal_idle_complete = seconds({0, 1, 10});
        options.seal_idle = seconds({1, 10, 30});
        options.flush_interval = seconds({1, 5, 15});
        if (has_keys()) options.master_keys = keys_of(own_number(7) % 2 == 0 ? "ab" : "ba");
        if (expires()) {
            options.retention_age = Duration::days(3);
            options.rollup_minute_age = Duration::hours(static_cast<std::int64_t>(random() % 6));
            options.rollup_five_minutes_age = Duration::hours(12);
            options.rollup_age = {};  // no sum may go
        }
        return options;
    }

    TraceId trace(std::uint64_t index) const {
        return trace_number(generation * 1'000 + index,
                            trace_second + static_cast<std::int64_t>(index % 3) * 40'000);
    }
    /// Traces that it or a life before it in the generation may have begun.
    std::uint64_t traces() const { return (number - first_life + 1) * traces_per_life; }

    /// What a thread sends as its n-th request. Span ids are each thread's own: what hides what
    /// does not depend on which thread was first.
    std::vector<SegmentSpec> request(std::uint64_t thread, std::uint64_t n) const {
        std::mt19937_64 random(mix64(own_number(8) ^ mix64(thread << 32 | n)));
        std::vector<SegmentSpec> specs;
        for (std::uint64_t count = 1 + random() % documents_max(); count > 0; --count) {
            // The newest, or late ones of earlier lives.
            const std::uint64_t index =
                random() % 3 == 0 ? random() % traces() : traces() - 1 - random() % traces_per_life;
            const std::uint64_t id = 1 + thread * spans_per_thread + random() % spans_per_thread;
            SegmentSpec spec{.trace = trace(index), .id = id};
            spec.parent = id == 1 ? 0 : 1 + random() % (id - 1);
            spec.is_subsegment = id % 4 == 0;
            spec.in_progress = random() % 4 == 0;
            spec.start_ms = (trace_second - test_second) * 1000 +
                            static_cast<std::int64_t>(index % 3 * 40'000'000 + random() % 90'000);
            spec.end_ms = spec.start_ms + static_cast<std::int64_t>(random() % 5'000);
            spec.status = random() % 5 == 0 ? 500 : 200;
            spec.name = fmt::format("service-{}", id % 5);
            spec.padding = random() % 300;
            spec.mark = fmt::format("{}-{}-{}-{}", number, thread, n, count);
            specs.push_back(std::move(spec));
        }
        return specs;
    }

    /// The life's own random numbers: another for each use.
    std::uint64_t own_number(std::uint64_t use) const {
        return mix64(mix64(seed) ^ (number + 1) << 16 ^ use);
    }

 private:
    std::uint64_t directory_number(std::uint64_t use) const { return mix64(mix64(seed) ^ use); }
};

/// What the process writes down its pipe, in the machine's own order of bytes.
struct KillRecord {
    enum Kind : std::uint32_t { is_ready, is_sent, is_answered, is_refused, is_wrong };
    static constexpr std::uint32_t no_request = 0xffffffff;

    std::uint32_t kind = is_ready;
    std::uint32_t thread = 0;
    std::uint32_t n = 0;
    /// Of is_sent: it repeats the first document of this request of the thread, and is no other.
    std::uint32_t repeats = no_request;
};

/// Lives until it is killed: opens the store, sends, seals, merges, changes keys and policies.
[[noreturn]] void live(const KillLife& life, int pipe);

}  // namespace tomograph::testing
