#include "load_run.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "http_client.h"

namespace tomograph::load {
namespace {

using Clock = std::chrono::steady_clock;

struct Job {
    sockaddr_in address{};
    double seconds = 0;
    double requests_per_second = 0;  // of this connection; 0: as fast as it goes
    bool with_tls = false;
    std::string grpc_method;  // "": HTTP/1.1
};

std::unique_ptr<LoadClient> make_client(const Job& job) {
    if (!job.grpc_method.empty())
        return make_grpc_client(job.address, job.with_tls, job.grpc_method);
    return std::make_unique<HttpClient>(job.address, job.with_tls);
}

void run(const Job& job, RequestSource& source, Outcome& outcome) {
    const auto client = make_client(job);
    if (!client->error().empty()) {
        outcome.error = client->error();
        return;
    }
    const auto begun = Clock::now();
    const auto end = begun + std::chrono::duration<double>(job.seconds);
    while (Clock::now() < end) {
        if (job.requests_per_second > 0) {
            const auto due =
                begun + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(
                            static_cast<double>(outcome.requests) / job.requests_per_second));
            std::this_thread::sleep_until(due);
        }
        if (!client->exchange(source.next(), outcome)) break;
    }
}

void print(const Outcome& total, std::size_t units, double seconds, const std::string& unit) {
    const std::uint64_t sent = (total.requests - total.refused) * units;
    std::printf(R"({"%s": %llu, "refused_requests": %llu, "%s_per_second": %.0f, )"
                R"("p50_ms": %.2f, "p99_ms": %.2f, "max_ms": %.2f, "error": "%s"})"
                "\n",
                unit.c_str(), static_cast<unsigned long long>(sent),
                static_cast<unsigned long long>(total.refused), unit.c_str(),
                static_cast<double>(sent) / seconds, percentile(total.latencies_ms, 0.5),
                percentile(total.latencies_ms, 0.99), percentile(total.latencies_ms, 1.0),
                total.error.c_str());
}

}  // namespace

std::uint64_t wall_ns() {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::system_clock::now().time_since_epoch())
                                          .count());
}

int run_load(int argc, char** argv, const std::string& unit, const MakeSource& make,
             const std::string& grpc_method) {
    Job job;
    const char* const program = argv[0];
    while (argc > 1 && std::string_view(argv[1]).starts_with("--")) {
        if (std::string_view(argv[1]) == "--tls") job.with_tls = true;
        if (std::string_view(argv[1]) == "--grpc") job.grpc_method = grpc_method;
        ++argv;
        --argc;
    }
    if (argc < 6) {
        std::fprintf(stderr, "%s [--tls] [--grpc] HOST PORT SECONDS CONNECTIONS %s [%s A SECOND]\n",
                     program, unit.c_str(), unit.c_str());
        return 2;
    }
    const auto address = parse_address(argv[1], argv[2]);
    if (!address) return 2;
    job.address = *address;
    job.seconds = std::atof(argv[3]);
    const std::size_t connections = std::strtoull(argv[4], nullptr, 10);
    const std::size_t units = std::strtoull(argv[5], nullptr, 10);
    if (argc > 6)
        job.requests_per_second =
            std::atof(argv[6]) / static_cast<double>(connections) / static_cast<double>(units);

    std::vector<std::unique_ptr<RequestSource>> sources;
    for (std::size_t i = 0; i < connections; ++i) sources.push_back(make(units, i));
    std::vector<Outcome> outcomes(connections);
    std::vector<std::thread> threads;
    const auto begun = Clock::now();
    for (std::size_t i = 0; i < connections; ++i)
        threads.emplace_back(run, job, std::ref(*sources[i]), std::ref(outcomes[i]));
    for (auto& thread : threads) thread.join();
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    const Outcome total = sum_of(std::move(outcomes));
    print(total, units, seconds, unit);
    return total.error.empty() ? 0 : 1;
}

}  // namespace tomograph::load
