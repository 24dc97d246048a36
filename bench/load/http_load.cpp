// Sends PutTraceSegments over keep-alive connections and prints what came of it as one line of
// JSON.
//
//   http_load HOST PORT SECONDS CONNECTIONS DOCUMENTS_PER_REQUEST [DOCUMENTS_PER_SECOND]
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "document_template.h"
#include "http_client.h"

namespace {

using Clock = std::chrono::steady_clock;
using tomograph::load::DocumentTemplate;
using tomograph::load::HttpClient;
using tomograph::load::Outcome;
using tomograph::load::percentile;

struct Job {
    sockaddr_in address{};
    double seconds = 0;
    std::size_t documents = 0;
    double requests_per_second = 0;  // of this connection; 0: as fast as it goes
};

std::uint64_t wall_us() {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                          std::chrono::system_clock::now().time_since_epoch())
                                          .count());
}

/// A request whose documents are stamped in place.
class Request {
 public:
    explicit Request(std::size_t documents) : document_(true) {
        std::string body = R"({"TraceSegmentDocuments":[)";
        std::vector<std::size_t> offsets;
        for (std::size_t i = 0; i < documents; ++i) {
            body += i > 0 ? ",\"" : "\"";
            offsets.push_back(body.size());
            body += document_.text();
            body += '"';
        }
        body += "]}";
        bytes_ = tomograph::load::put_segments_head(body.size());
        for (const std::size_t offset : offsets) places_.push_back(bytes_.size() + offset);
        bytes_ += body;
    }

    const std::string& next(std::uint64_t& number) {
        const std::uint64_t now = wall_us();
        for (const std::size_t place : places_)
            document_.stamp(bytes_.data() + place, ++number, now);
        return bytes_;
    }

 private:
    DocumentTemplate document_;
    std::string bytes_;
    std::vector<std::size_t> places_;
};

void run(const Job& job, std::uint64_t first_number, Outcome& outcome) {
    HttpClient client(job.address);
    if (!client.error().empty()) {
        outcome.error = client.error();
        return;
    }
    Request request(job.documents);
    std::uint64_t number = first_number;
    const auto begun = Clock::now();
    const auto end = begun + std::chrono::duration<double>(job.seconds);
    while (Clock::now() < end) {
        if (job.requests_per_second > 0) {
            const auto due =
                begun + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(
                            static_cast<double>(outcome.requests) / job.requests_per_second));
            std::this_thread::sleep_until(due);
        }
        if (!client.exchange(request.next(number), outcome)) break;
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) {
        std::fprintf(stderr,
                     "http_load HOST PORT SECONDS CONNECTIONS DOCUMENTS [DOCUMENTS_PER_SECOND]\n");
        return 2;
    }
    Job job;
    const auto address = tomograph::load::parse_address(argv[1], argv[2]);
    if (!address) return 2;
    job.address = *address;
    job.seconds = std::atof(argv[3]);
    const std::size_t connections = std::strtoull(argv[4], nullptr, 10);
    job.documents = std::strtoull(argv[5], nullptr, 10);
    if (argc > 6)
        job.requests_per_second = std::atof(argv[6]) / static_cast<double>(connections) /
                                  static_cast<double>(job.documents);

    std::vector<Outcome> outcomes(connections);
    std::vector<std::thread> threads;
    const auto begun = Clock::now();
    for (std::size_t i = 0; i < connections; ++i)
        threads.emplace_back(run, job, wall_us() * 1000 + (i << 44), std::ref(outcomes[i]));
    for (auto& thread : threads) thread.join();
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();

    const Outcome total = sum_of(std::move(outcomes));
    const std::uint64_t documents = (total.requests - total.refused) * job.documents;
    std::printf(R"({"documents": %llu, "refused_requests": %llu, "documents_per_second": %.0f, )"
                R"("p50_ms": %.2f, "p99_ms": %.2f, "max_ms": %.2f, "error": "%s"})"
                "\n",
                static_cast<unsigned long long>(documents),
                static_cast<unsigned long long>(total.refused),
                static_cast<double>(documents) / seconds, percentile(total.latencies_ms, 0.5),
                percentile(total.latencies_ms, 0.99), percentile(total.latencies_ms, 1.0),
                total.error.c_str());
    return total.error.empty() ? 0 : 1;
}
