#include "demo/runner.h"

#include <algorithm>
#include <queue>
#include <utility>
#include <vector>

#include "demo/limits.h"
#include "demo/traffic.h"

namespace tomograph::demo {
namespace {

struct Later {
    bool operator()(const TimedDocument& a, const TimedDocument& b) const { return a.at > b.at; }
};

class LiveTraffic {
 public:
    LiveTraffic(const LiveOptions& options, const DocumentSink& sink)
        : options_(options), sink_(sink), random_(options.seed), next_trace_(options.clock.now()) {}

    /// Starts the traces that are due.
    void start_traces(Instant now) {
        const double rate = std::clamp(options_.traces_per_second, 0.001, traces_per_second_max);
        const Duration mean = Duration::nanoseconds(static_cast<std::int64_t>(1e9 / rate));
        while (next_trace_ <= now) {
            ++sent_.traces;
            for (TimedDocument& document : generate_trace(random_, next_trace_))
                enqueue(std::move(document));
            next_trace_ = next_trace_ + random_.gap(mean);
        }
    }

    void send_until(Instant now) {
        while (!waiting_.empty() && waiting_.top().at <= now) {
            ++sent_.documents;
            if (!sink_(waiting_.top().json)) ++sent_.lost;
            waiting_.pop();
        }
    }

    /// How long there is nothing to do.
    Duration idle(Instant now, bool is_ending) const {
        Instant next = waiting_.empty() ? now + Duration::milliseconds(100) : waiting_.top().at;
        if (!is_ending) next = std::min(next, next_trace_);
        return std::clamp(next - now, Duration::microseconds(100), Duration::milliseconds(100));
    }

    bool is_done() const { return waiting_.empty(); }
    const Sent& sent() const { return sent_; }

 private:
    void enqueue(TimedDocument document) {
        if (waiting_.size() < waiting_documents_max) return waiting_.push(std::move(document));
        ++sent_.documents;
        ++sent_.lost;
    }

    const LiveOptions& options_;
    const DocumentSink& sink_;
    Random random_;
    Instant next_trace_;
    std::priority_queue<TimedDocument, std::vector<TimedDocument>, Later> waiting_;
    Sent sent_;
};

}  // namespace

Sent run_live(const LiveOptions& options, const DocumentSink& sink, const Wait& wait) {
    LiveTraffic traffic(options, sink);
    const Duration begun = options.clock.monotonic();
    Duration reported = begun;
    for (;;) {
        const Instant now = options.clock.now();
        const Duration elapsed = options.clock.monotonic() - begun;
        const bool is_ending = options.length && elapsed >= *options.length;
        if (!is_ending) traffic.start_traces(now);
        traffic.send_until(now);
        if (is_ending && traffic.is_done()) return traffic.sent();
        if (options.report && options.clock.monotonic() - reported >= Duration::seconds(10)) {
            reported = options.clock.monotonic();
            options.report(traffic.sent());
        }
        if (!wait(traffic.idle(now, is_ending))) break;
    }
    traffic.send_until(Instant{INT64_MAX});
    return traffic.sent();
}

}  // namespace tomograph::demo
