#pragma once

#include <set>

#include "store/given_requests.h"
#include "store/keys_fixture.h"

namespace tomograph::testing {

/// One life of a data directory, made up by a seed: appends, background work, failing calls,
/// crashes at a random call, power cuts and kills. After every crash the store must hold what was
/// answered, once: it is compared with a plainly right store that was given the same.
///
/// An append that was not answered may be there or not, but as a whole; once a reopened store has
/// been seen without it, it must never appear.
///
/// With `retention`, every session begins hours later with traces of its own, so that parts of the
/// ones before expire during the cuts: their documents go, the sums must stay.
///
/// Now and then, documents become summaries while their traces still get others.
///
/// With `redactions`, traces get classes, and some are taken out, whatever happens meanwhile. One
/// that was not answered is asked for again after the next start.
class PowerCutRound {
 public:
    explicit PowerCutRound(std::uint64_t seed, bool retention = false, bool redactions = false)
        : random_(seed),
          fixture_(seed, options(random_, retention)),
          seed_(seed),
          retention_(retention),
          redactions_(redactions) {
        begin_traces();
    }

    /// What went wrong; nothing when all was right.
    std::optional<std::string> run() {
        const std::uint64_t sessions = 2 + below(4);
        for (std::uint64_t i = 0; i < sessions && !failure_; ++i) {
            session();
            if (!failure_) reopen_and_check();
        }
        if (!failure_) {
            fixture_.settle();
            check("after everything was sealed");
        }
        return failure_;
    }

    /// Records that folded sums.
    double folds() const { return folds_; }
    /// Parts that became summaries.
    double summaries() const { return summaries_; }

 private:
    static constexpr std::uint64_t trace_count = 9;

    static EmbeddedStoreOptions options(std::mt19937_64& random, bool retention) {
        EmbeddedStoreOptions options = small_options();
        options.wal_segment_bytes = (random() % 2 == 0) ? 8 << 10 : 16 << 10;
        options.wal_first_segment_bytes = 8 << 10;
        if (random() % 3 == 0) options.flush_spans = 5;
        if (random() % 4 == 0) options.open_bytes_max = 4 << 10;
        options.merge_fan_in = 2 + random() % 2;
        if (random() % 2 == 0) options.master_keys = keys_of("a");
        if (random() % 4 == 0) options.summary_age = Duration::minutes(5);
        if (retention) {
            options.retention_age = Duration::hours(1);
            options.rollup_minute_age = Duration::hours(static_cast<std::int64_t>(random() % 6));
            options.rollup_five_minutes_age = Duration::hours(12);
            options.rollup_age = {};  // no sum may go
        }
        return options;
    }

    /// Traces that nobody heard of, from now on.
    void begin_traces() {
        ids_.clear();
        const std::int64_t second = fixture_.clock.now().second() - 100;
        start_ms_ = (second - test_second) * 1000;
        for (std::uint64_t i = 0; i < trace_count; ++i)
            ids_.push_back(trace_number(generation_ * trace_count + i,
                                        second + static_cast<std::int64_t>(i % 3) * 40'000));
        ++generation_;
        repeat_from_ = given_.all().size();
    }

    /// Long after: the traces are all in parts, which may go.
    void pass_hours() {
        for (int i = 0; i < 3 && fixture_.store->status().open_traces > 0; ++i) fixture_.settle();
        if (fixture_.store->status().open_traces > 0) return;
        arm();
        fixture_.clock.advance(Duration::hours(static_cast<std::int64_t>(2 + below(30))));
        begin_traces();
        for (int i = 0; i < 3 && !fixture_.files.crashed(); ++i)
            fixture_.advance(Duration::seconds(61));
    }

    void arm() {
        const std::uint64_t kind = below(8);
        if (kind < 6) fixture_.files.crash_at_call(1 + below(250));
        if (kind == 6) fixture_.files.fail_call(1 + below(150));
        if (kind == 7) fixture_.files.fail_sync(1 + below(40));
    }

    std::uint64_t below(std::uint64_t n) { return random_() % n; }

    bool makes_summaries() const { return fixture_.options.summary_age > Duration{}; }

    void fail(std::string what) {
        if (!failure_) failure_ = fmt::format("seed {}: {}", seed_, what);
    }

    void session() {
        if (!fixture_.store) {
            const auto opened = fixture_.open();
            if (!opened) return fail("open: " + opened.error().message());
        }
        if (retention_ && !given_.all().empty())
            pass_hours();
        else
            arm();
        if (makes_summaries() && !retention_ && below(2) == 0) {
            fixture_.clock.advance(Duration::hours(30));  // all parts are old
            for (int i = 0; i < 5 && !fixture_.files.crashed(); ++i)
                fixture_.advance(Duration::seconds(1));
        }
        for (std::uint64_t steps = 10 + below(60); steps > 0 && !fixture_.files.crashed(); --steps)
            step();
    }

    void step() {
        if (fixture_.options.master_keys && below(20) == 0) change_key();
        if (redactions_ && below(25) == 0) return redact(ids_[below(trace_count)]);
        if (redactions_ && below(40) == 0) change_policies();
        switch (below(6)) {
            case 0:
                fixture_.advance(Duration::seconds(static_cast<std::int64_t>(below(20))));
                break;
            case 1:
                fixture_.advance(Duration::seconds(35));
                break;
            default:
                append();
        }
    }

    /// The next start gets both keys: whether the change came through is not known.
    void change_key() {
        letter_ = letter_ == 'a' ? 'b' : 'a';
        static_cast<void>(fixture_.store->change_master_key(key_of(letter_)));
        fixture_.options.master_keys = keys_of(letter_ == 'a' ? "ab" : "ba");
    }

    void change_policies() {
        static_cast<void>(fixture_.store->set_policies(
            {{.retention_class = 1 + static_cast<std::uint32_t>(below(3)), .has_fault = true},
             {.retention_class = 5, .duration_min = Duration::seconds(2)}}));
    }

    /// Nobody knows whether one that was not answered came through: all of the trace must be there,
    /// or nothing, and then it is taken out for good.
    void redact(TraceId id) {
        if (fixture_.store->redact(std::span(&id, 1)))
            forget(id);
        else
            redact_again_.insert(id);
    }

    void forget(TraceId id) {
        given_.forget(id);
        repeat_from_ = std::min(repeat_from_, given_.all().size());
    }

    void finish_redactions() {
        for (const TraceId id : std::exchange(redact_again_, {})) {
            auto done = fixture_.store->redact(std::span(&id, 1));
            if (!done) done = fixture_.store->redact(std::span(&id, 1));
            if (!done) return fail("redact: " + done.error().message());
            forget(id);
        }
    }

    SegmentSpec random_spec() {
        const std::uint64_t trace = below(trace_count);
        const std::uint64_t id = 1 + below(4);
        SegmentSpec spec{.trace = ids_[trace], .id = id};
        spec.parent = id == 1 ? 0 : 1 + below(id - 1);
        spec.is_subsegment = id == 4;
        spec.in_progress = below(4) == 0;
        spec.start_ms =
            start_ms_ + static_cast<std::int64_t>((trace % 3) * 40'000'000 + below(90'000));
        spec.end_ms = spec.start_ms + static_cast<std::int64_t>(below(5'000));
        spec.status = below(5) == 0 ? 500 : 200;
        spec.name = fmt::format("service-{}", id);
        spec.padding = below(300);
        return spec;
    }

    void append() {
        // A repetition goes alone, and only of what is known to be there: else nobody could tell
        // whether a request that was not answered came through.
        const auto& all = given_.all();
        const bool repeats = all.size() > repeat_from_ && below(5) == 0;
        const GivenRequests::Request* old =
            repeats ? &all[repeat_from_ + below(all.size() - repeat_from_)] : nullptr;
        std::vector<SegmentSpec> specs;
        if (old != nullptr && old->is_there)
            specs.push_back(old->specs.front());
        else
            for (std::uint64_t n = 1 + below(4); n > 0; --n) specs.push_back(random_spec());
        bool is_answered = false;
        fixture_.store->append(documents_of(specs),
                               [&](const Result<void>& done) { is_answered = bool(done); });
        given_.add(std::move(specs), is_answered);
    }

    void reopen_and_check() {
        folds_ += fixture_.metric("tomograph_store_folds_total");
        summaries_ += fixture_.metric("tomograph_store_summary_parts_total");
        switch (below(5)) {
            case 0:
                fixture_.store.reset();
                fixture_.files.power_cut();
                break;
            case 1:
            case 2:
                fixture_.kill();
                break;
            default:
                fixture_.cut_power();
        }
        // Now and then the recovery dies as well.
        while (below(3) == 0) {
            fixture_.files.crash_at_call(1 + below(60));
            static_cast<void>(fixture_.open());
            if (below(2) == 0)
                fixture_.kill();
            else
                fixture_.cut_power();
        }
        // A call that was to fail may not have come yet: it fails this open, once.
        auto opened = fixture_.open();
        for (int again = 0; !opened && again < 2; ++again) opened = fixture_.open();
        if (!opened) return fail("reopen: " + opened.error().message());
        finish_redactions();
        // All that is before repeat_from_ was seen.
        if (const auto wrong = given_.find_out(*fixture_.store, ids_)) return fail(*wrong);
        check("after reopening");
    }

    void check(const std::string& when) {
        const auto oracle = given_.oracle();
        const TimeRange range{Instant::from_seconds(test_second - 1000),
                              Instant::from_seconds(test_second + 100'000)};
        auto wrong = given_.check_documents(*fixture_.store, *oracle, ids_);
        if (!wrong)
            wrong = retention_ ? GivenRequests::check_sums(*fixture_.store, *oracle)
                               : given_.check_answers(*fixture_.store, *oracle, range);
        if (wrong) fail(when + ": " + *wrong);
    }

    std::mt19937_64 random_;
    StoreFixture fixture_;
    std::uint64_t seed_;
    char letter_ = 'a';  ///< of the active master key
    bool retention_;
    bool redactions_;
    std::uint64_t generation_ = 0;
    std::int64_t start_ms_ = 0;    ///< of the traces of now, after test_second
    std::size_t repeat_from_ = 0;  ///< requests before are of earlier traces
    std::vector<TraceId> ids_;
    GivenRequests given_{fixture_.options.groups, makes_summaries()};
    std::set<TraceId> redact_again_;  ///< not answered
    std::optional<std::string> failure_;
    double folds_ = 0;
    double summaries_ = 0;
};

}  // namespace tomograph::testing
