#pragma once

#include <map>
#include <set>

#include "store/keys_fixture.h"
#include "store/summary_fixture.h"

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

    struct Batch {
        std::vector<SegmentSpec> specs;
        bool is_answered = false;
        bool was_seen = false;  ///< or was answered: must stay
    };

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
        repeat_from_ = batches_.size();
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

    /// The traces to be compared: where summaries are made, nobody knows yet which documents are.
    std::vector<StoredTrace> comparable(std::vector<StoredTrace> traces) const {
        return makes_summaries() ? summaries_of(std::move(traces)) : std::move(traces);
    }
    std::string comparable(const SegmentSpec& spec) const {
        const Document document = document_of(spec);
        return makes_summaries() ? summary_of(document).bytes : document.bytes;
    }

    void fail(std::string what) {
        if (!failure_) failure_ = fmt::format("seed {}: {}", seed_, what);
    }

    void session() {
        if (!fixture_.store) {
            const auto opened = fixture_.open();
            if (!opened) return fail("open: " + opened.error().message());
        }
        if (retention_ && !batches_.empty())
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
        for (Batch& batch : batches_)
            std::erase_if(batch.specs, [&](const SegmentSpec& spec) { return spec.trace == id; });
        std::erase_if(batches_, [](const Batch& batch) { return batch.specs.empty(); });
        repeat_from_ = std::min(repeat_from_, batches_.size());
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
        Batch batch;
        // A repetition goes alone, and only of what is known to be there: else nobody could tell
        // whether a batch that was not answered came through.
        const bool repeats = batches_.size() > repeat_from_ && below(5) == 0;
        const Batch* old =
            repeats ? &batches_[repeat_from_ + below(batches_.size() - repeat_from_)] : nullptr;
        if (old != nullptr && old->was_seen)
            batch.specs.push_back(old->specs.front());
        else
            for (std::uint64_t n = 1 + below(4); n > 0; --n) batch.specs.push_back(random_spec());
        bool is_answered = false;
        fixture_.store->append(documents_of(batch.specs),
                               [&](const Result<void>& done) { is_answered = bool(done); });
        batch.is_answered = batch.was_seen = is_answered;
        batches_.push_back(std::move(batch));
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
        settle_unanswered();
        check("after reopening");
    }

    /// Finds out which unanswered batches came through. The others must not come any more.
    void settle_unanswered() {
        std::set<std::string> present;
        auto got = fixture_.store->get(ids_);
        if (!got) got = fixture_.store->get(ids_);
        if (!got) return fail("get: " + got.error().message());
        for (const StoredTrace& trace : comparable(std::move(*got)))
            for (const StoredDocument& stored : trace.documents)
                present.insert(stored.document.bytes);
        std::vector<Batch> kept;
        // All that is before repeat_from_ was seen.
        for (Batch& batch : batches_) {
            for (const SegmentSpec& spec : batch.specs)
                batch.was_seen |= present.contains(comparable(spec));
            if (batch.was_seen) kept.push_back(std::move(batch));
        }
        batches_ = std::move(kept);
    }

    static std::string difference(const std::vector<StoredTrace>& got,
                                  const std::vector<StoredTrace>& expected) {
        std::set<std::string> ours;
        std::set<std::string> theirs;
        for (const auto& trace : got)
            for (const auto& stored : trace.documents) ours.insert(stored.document.bytes);
        for (const auto& trace : expected)
            for (const auto& stored : trace.documents) theirs.insert(stored.document.bytes);
        std::string text;
        for (const auto& bytes : ours)
            if (!theirs.contains(bytes)) text += "\n  unexpected " + bytes.substr(0, 150);
        for (const auto& bytes : theirs)
            if (!ours.contains(bytes)) text += "\n  missing " + bytes.substr(0, 150);
        return text;
    }

    void check(const std::string& when) {
        MemoryStore oracle(fixture_.options.groups);
        for (const Batch& batch : batches_)
            if (batch.was_seen)
                oracle.append(documents_of(batch.specs), [](const Result<void>&) {});
        const TimeRange range{Instant::from_seconds(test_second - 1000),
                              Instant::from_seconds(test_second + 100'000)};
        auto answer = fixture_.store->get(ids_);
        if (!answer) return fail("get: " + answer.error().message());
        const auto got = comparable(std::move(*answer));
        const auto expected = comparable(*oracle.get(ids_));
        if (texts_of(got) != texts_of(expected))
            return fail("documents differ " + when + difference(got, expected));
        if (retention_) return check_sums(oracle, when);
        const auto graph = fixture_.store->graph(range);
        if (!graph || without_bounds(*graph) != without_bounds(*oracle.graph(range)))
            return fail("graph differs " + when);
        const TraceQuery query{
            .range = range, .type = TimeRangeType::event, .before = {}, .limit = 100, .sample = 1};
        const auto found = fixture_.store->find(query);
        if (!found ||
            texts_of(comparable(found->traces)) != texts_of(comparable(oracle.find(query)->traces)))
            return fail("search differs " + when);
    }

    void check_sums(MemoryStore& oracle, const std::string& when) {
        const TimeRange all{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};
        for (const GroupId group : {GroupId{}, group_of_faults, group_of_odd}) {
            const auto graph = fixture_.store->graph(all, GraphGrain::whole, group);
            const auto expected = oracle.graph(all, GraphGrain::whole, group);
            if (!graph || without_bounds(*graph) != without_bounds(*expected))
                return fail(fmt::format("sums of group {} differ {}", group.value, when));
        }
    }

    std::mt19937_64 random_;
    StoreFixture fixture_;
    std::uint64_t seed_;
    char letter_ = 'a';  ///< of the active master key
    bool retention_;
    bool redactions_;
    std::uint64_t generation_ = 0;
    std::int64_t start_ms_ = 0;    ///< of the traces of now, after test_second
    std::size_t repeat_from_ = 0;  ///< batches before are of earlier traces
    std::vector<TraceId> ids_;
    std::vector<Batch> batches_;
    std::set<TraceId> redact_again_;  ///< not answered
    std::optional<std::string> failure_;
    double folds_ = 0;
    double summaries_ = 0;
};

}  // namespace tomograph::testing
