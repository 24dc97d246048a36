// Sends the documents of W1 with PutTraceSegments and prints, as one line of JSON, how it went and
// what the server must answer now: the requests of every service by outcome, and some traces with
// their documents.
//
//   w1_load HOST PORT DOCUMENTS CONNECTIONS DOCUMENTS_PER_REQUEST [DOCUMENTS_PER_SECOND] [SEED]
//
// All requests are made before the clock starts: about 650 bytes of memory for each document.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <string>
#include <thread>
#include <vector>

#include "http_client.h"
#include "workload/w1_oracle.h"

namespace {

using Clock = std::chrono::steady_clock;
using namespace tomograph::load;
using namespace tomograph::workload;
using tomograph::to_xray_text;

struct Plan {
    std::vector<std::string> requests;
    std::uint64_t documents = 0;
    W1Oracle oracle;
    std::uint64_t traces = 0;
};

struct Escaped {
    std::int64_t end_us = 0;
    std::string json;
    bool operator<(const Escaped& other) const { return end_us > other.end_us; }
};

/// As a member of TraceSegmentDocuments. W1 has quotes to escape and nothing else.
std::string as_text(const std::string& json) {
    std::string text = "\"";
    for (const char c : json) {
        if (c == '"') text += '\\';
        text += c;
    }
    return text + '"';
}

class RequestMaker {
 public:
    explicit RequestMaker(std::size_t documents_per_request)
        : documents_per_request_(documents_per_request) {}

    void add(const std::string& text, Plan& plan) {
        body_ += waiting_ == 0 ? R"({"TraceSegmentDocuments":[)" : ",";
        body_ += text;
        ++plan.documents;
        if (++waiting_ == documents_per_request_) finish(plan);
    }
    void finish(Plan& plan) {
        if (waiting_ == 0) return;
        body_ += "]}";
        plan.requests.push_back(put_segments_head(body_.size()) + body_);
        body_.clear();
        waiting_ = 0;
    }

 private:
    std::size_t documents_per_request_;
    std::size_t waiting_ = 0;
    std::string body_;
};

/// Whole traces until there are enough documents, in the order in which the spans ended: traces are
/// interleaved.
Plan make_plan(const W1& workload, std::uint64_t documents, std::size_t documents_per_request) {
    Plan plan;
    RequestMaker maker(documents_per_request);
    std::priority_queue<Escaped> running;
    std::string json;
    while (plan.oracle.spans < documents) {
        const W1Trace trace = workload.trace(plan.traces++);
        plan.oracle.add(trace);
        for (; !running.empty() && running.top().end_us < trace.spans.front().start_us;
             running.pop())
            maker.add(running.top().json, plan);
        for (const W1Span& span : trace.spans) {
            json.clear();
            append_json(trace, span, DocumentState::complete, json);
            running.push({span.end_us, as_text(json)});
        }
    }
    for (; !running.empty(); running.pop()) maker.add(running.top().json, plan);
    maker.finish(plan);
    return plan;
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The next request that nobody took is sent by who comes first.
void run(const sockaddr_in& address, const Plan& plan, double requests_per_second,
         std::atomic<std::size_t>& next, Outcome& outcome) {
    HttpClient client(address);
    outcome.error = client.error();
    if (!outcome.error.empty()) return;
    const auto begun = Clock::now();
    while (true) {
        const std::size_t at = next++;
        if (at >= plan.requests.size()) return;
        if (requests_per_second > 0)
            std::this_thread::sleep_until(
                begun + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(
                            static_cast<double>(at) / requests_per_second)));
        if (!client.exchange(plan.requests[at], outcome)) return;
    }
}

std::string services_json(const W1Oracle& oracle) {
    std::string json;
    for (std::size_t i = 0; i < service_names.size(); ++i) {
        const auto& service = oracle.services[i];
        json += fmt::format(R"({}"{}": {{"ok": {}, "error": {}, "throttle": {}, "fault": {}}})",
                            i > 0 ? ", " : "", service_names[i], service.ok, service.error,
                            service.throttle, service.fault);
    }
    return json;
}

/// Some traces, evenly from all.
std::string traces_json(const W1& workload, std::uint64_t traces) {
    constexpr std::uint64_t samples = 20;
    std::string all;
    for (std::uint64_t i = 0; i < samples; ++i) {
        const W1Trace trace = workload.trace(i * (traces - 1) / (samples - 1));
        std::string documents;
        for (const W1Span& span : trace.spans) {
            std::string json;
            append_json(trace, span, DocumentState::complete, json);
            documents += (documents.empty() ? "" : ", ") + as_text(json);
        }
        all += fmt::format(R"({}"{}": [{}])", i > 0 ? ", " : "", to_xray_text(trace.id), documents);
    }
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    const auto address = argc < 6 ? std::nullopt : parse_address(argv[1], argv[2]);
    if (!address) {
        std::fprintf(stderr,
                     "w1_load HOST PORT DOCUMENTS CONNECTIONS DOCUMENTS_PER_REQUEST "
                     "[DOCUMENTS_PER_SECOND] [SEED]\n");
        return 2;
    }
    const std::uint64_t wanted = std::strtoull(argv[3], nullptr, 10);
    const std::size_t connections = std::strtoull(argv[4], nullptr, 10);
    const std::size_t per_request = std::strtoull(argv[5], nullptr, 10);
    const double rate = argc > 6 ? std::atof(argv[6]) : 0;
    const auto start_second = std::chrono::duration_cast<std::chrono::seconds>(
                                  std::chrono::system_clock::now().time_since_epoch())
                                  .count();
    const W1 workload({.seed = argc > 7 ? std::strtoull(argv[7], nullptr, 10) : 1,
                       .start_second = start_second,
                       .spans_per_second = rate > 0 ? rate : 100'000});
    const Plan plan = make_plan(workload, wanted, per_request);

    std::vector<Outcome> outcomes(connections);
    std::vector<std::thread> threads;
    std::atomic<std::size_t> next{0};
    const double cpu = cpu_seconds();
    const auto begun = Clock::now();
    for (Outcome& outcome : outcomes)
        threads.emplace_back(run, std::cref(*address), std::cref(plan),
                             rate / static_cast<double>(per_request), std::ref(next),
                             std::ref(outcome));
    for (auto& thread : threads) thread.join();
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    const auto documents = static_cast<double>(plan.documents);
    const double own_cpu_us = (cpu_seconds() - cpu) * 1e6 / documents;

    const Outcome total = sum_of(std::move(outcomes));
    fmt::print(R"({{"documents": {}, "traces": {}, "refused_requests": {}, "seconds": {:.3f}, )"
               R"("documents_per_second": {:.0f}, "p50_ms": {:.2f}, "p99_ms": {:.2f}, )"
               R"("generator_cpu_us": {:.2f}, "error": "{}", "start": {}, "end": {}, )"
               R"("services": {{{}}}, "samples": {{{}}}}})"
               "\n",
               plan.documents, plan.traces, total.refused, seconds, documents / seconds,
               percentile(total.latencies_ms, 0.5), percentile(total.latencies_ms, 0.99),
               own_cpu_us, total.error, start_second,
               workload.trace(plan.traces).spans.front().start_us / 1'000'000 + 600,
               services_json(plan.oracle), traces_json(workload, plan.traces));
    return total.error.empty() && total.requests == plan.requests.size() ? 0 : 1;
}
