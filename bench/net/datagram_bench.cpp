#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <atomic>
#include <string>

#include "net/datagram_intake.h"

namespace tomograph {

namespace {

double cpu_seconds(int who) {
    rusage usage{};
    getrusage(who, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/// One sender, as fast as it goes, of datagrams of range(0) bytes to a handler that only counts.
/// receiver_cpu_us is the CPU time of all threads but the sender's, per datagram received; lost is
/// the share that the kernel dropped (and counted) because the receiver had no CPU.
void BM_Datagrams(benchmark::State& state) {
    MetricsRegistry metrics;
    std::atomic<std::uint64_t> received = 0;
    auto intake = DatagramIntake::start(
        {.address = "127.0.0.1:0"},
        [&](std::span<const std::string_view> datagrams) { received += datagrams.size(); },
        metrics);
    const auto sender = DatagramSender::connect(intake.value()->address());
    const std::string datagram(static_cast<std::size_t>(state.range(0)), 'x');
    std::uint64_t sent = 0;
    const double all_before = cpu_seconds(RUSAGE_SELF);
    const double sender_before = cpu_seconds(RUSAGE_THREAD);
    for (auto _ : state)
        if (sender.value()->send(datagram)) ++sent;
    const double sender_cpu = cpu_seconds(RUSAGE_THREAD) - sender_before;
    intake.value()->stop();
    const double receiver_cpu = cpu_seconds(RUSAGE_SELF) - all_before - sender_cpu;
    const Counter& dropped = metrics.counter("tomograph_net_datagrams_dropped_total", "",
                                             {{"listener", "udp"}, {"cause", "kernel"}});
    state.counters["receiver_cpu_us"] = receiver_cpu * 1e6 / static_cast<double>(received);
    state.counters["lost"] = static_cast<double>(sent - received) / static_cast<double>(sent);
    if (received + dropped.value() != sent) state.SkipWithError("the books do not balance");
}
BENCHMARK(BM_Datagrams)->Arg(200)->Arg(1300)->Arg(8192)->UseRealTime();

}  // namespace

}  // namespace tomograph
