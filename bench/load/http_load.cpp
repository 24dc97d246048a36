// Sends PutTraceSegments over keep-alive connections and prints what came of it as one line of
// JSON.
//
//   http_load HOST PORT SECONDS CONNECTIONS DOCUMENTS_PER_REQUEST [DOCUMENTS_PER_SECOND]
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "document_template.h"

namespace {

using Clock = std::chrono::steady_clock;
using tomograph::load::DocumentTemplate;

struct Job {
    sockaddr_in address{};
    double seconds = 0;
    std::size_t documents = 0;
    double requests_per_second = 0;  // of this connection; 0: as fast as it goes
};

struct Outcome {
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;  // answers that are not 200
    std::vector<double> latencies_ms;
    std::string error;
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
        bytes_ =
            "POST /TraceSegments HTTP/1.1\r\nHost: load\r\nContent-Type: "
            "application/json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n";
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

bool send_all(int descriptor, const std::string& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
        const ssize_t n = send(descriptor, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) return false;
        sent += static_cast<std::size_t>(n);
    }
    return true;
}

/// Reads one answer; its status, or 0 when the connection broke.
int read_status(int descriptor) {
    std::string answer;
    char buffer[4096];
    while (true) {
        const std::size_t head = answer.find("\r\n\r\n");
        if (head != std::string::npos) {
            const char* length = strcasestr(answer.c_str(), "content-length:");
            const std::size_t body =
                length != nullptr ? std::strtoull(length + 15, nullptr, 10) : 0;
            if (answer.size() >= head + 4 + body) return std::atoi(answer.c_str() + 9);
        }
        const ssize_t n = recv(descriptor, buffer, sizeof buffer, 0);
        if (n <= 0) return 0;
        answer.append(buffer, static_cast<std::size_t>(n));
    }
}

void run(const Job& job, std::uint64_t first_number, Outcome& outcome) {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(descriptor, reinterpret_cast<const sockaddr*>(&job.address), sizeof job.address) !=
        0) {
        outcome.error = std::strerror(errno);
        close(descriptor);
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
        const std::string& bytes = request.next(number);
        const auto sent = Clock::now();
        const int status = send_all(descriptor, bytes) ? read_status(descriptor) : 0;
        if (status == 0) {
            outcome.error = "the connection broke";
            break;
        }
        ++outcome.requests;
        if (status != 200) ++outcome.refused;
        outcome.latencies_ms.push_back(
            std::chrono::duration<double, std::milli>(Clock::now() - sent).count());
    }
    close(descriptor);
}

double percentile(const std::vector<double>& sorted, double fraction) {
    if (sorted.empty()) return 0;
    return sorted[static_cast<std::size_t>(fraction * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) {
        std::fprintf(stderr,
                     "http_load HOST PORT SECONDS CONNECTIONS DOCUMENTS [DOCUMENTS_PER_SECOND]\n");
        return 2;
    }
    Job job;
    job.address.sin_family = AF_INET;
    job.address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
    if (inet_pton(AF_INET, argv[1], &job.address.sin_addr) != 1) return 2;
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

    Outcome total;
    for (auto& outcome : outcomes) {
        total.requests += outcome.requests;
        total.refused += outcome.refused;
        total.latencies_ms.insert(total.latencies_ms.end(), outcome.latencies_ms.begin(),
                                  outcome.latencies_ms.end());
        if (!outcome.error.empty()) total.error = outcome.error;
    }
    std::sort(total.latencies_ms.begin(), total.latencies_ms.end());
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
