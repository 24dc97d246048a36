#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "base/log.h"
#include "engine/answers.h"
#include "engine/rows.h"
#include "measure/measure.h"
#include "store/file_names.h"

namespace tomograph::engine_bench {
namespace {

using measure::require;

constexpr std::uint64_t log_bytes = 1 << 30;
constexpr std::size_t batch_documents = 2'000;
/// 100,000 documents a second.
constexpr Duration batch_time = Duration::milliseconds(20);

/// In a process of its own, whose memory is nobody else's, and which may die.
void in_child(const std::function<void()>& work) {
    std::fflush(stdout);
    const pid_t child = fork();
    require(child >= 0, "cannot fork");
    if (child == 0) {
        work();
        std::fflush(stdout);
        _exit(0);
    }
    int status = 0;
    require(waitpid(child, &status, 0) == child && status == 0, "recovery: the child failed");
}

/// Documents of W1 beside one trace that never ends and keeps the log from being freed. How many
/// traces.
std::uint64_t fill_log(const std::string& directory, const Scale& scale) {
    DrivenStore driven(directory, {}, Instant::from_seconds(start_second));
    std::uint64_t traces = 0;
    std::uint64_t best = 0;
    std::vector<std::string> batch;
    for (std::uint64_t endless = 1; driven.store().status().wal_bytes < log_bytes; ++endless) {
        batch.push_back(fmt::format(
            R"({{"trace_id":"1-{:08x}-{:024x}","id":"{:016x}","name":"endless","start_time":{}.5,"in_progress":true}})",
            start_second, 1, endless, start_second));
        while (batch.size() < batch_documents)
            for (auto& json : documents_of(scale, traces++)) batch.push_back(std::move(json));
        driven.append(batch);
        driven.tick(batch_time);
        batch.clear();
        // The log is bounded: when it only shrinks, that is as much as there can be.
        const std::uint64_t now = driven.store().status().wal_bytes;
        if (now + (64 << 20) < best) break;
        best = std::max(best, now);
    }
    driven.abandon();
    return traces;
}

void recover(const std::string& directory, const Scale& scale, std::uint64_t traces) {
    set_log_options({.level_min = LogLevel::error, .json = false, .sink = {}});
    const auto files = make_real_file_system();
    const RealClock clock;
    MetricsRegistry registry;
    EmbeddedStoreOptions options;
    options.directory = directory;
    options.retention_age = {};  // the data's year is not today's
    const std::uint64_t bytes = measure::directory_bytes(join_path(directory, wal_directory));
    const double begun = measure::wall_seconds();
    const double cpu = measure::cpu_seconds();
    auto opened = EmbeddedStore::open(*files, clock, registry, options);
    if (!opened) measure::fail(opened.error().message());
    EmbeddedStore& store = **opened;
    while (!store.status().ready) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    measure::print_cell("tomograph", "recovery_seconds", measure::wall_seconds() - begun);
    measure::print_cell("tomograph", "recovery_cpu_seconds", measure::cpu_seconds() - cpu);
    measure::print_cell("tomograph", "recovery_peak_mb", measure::resident_peak_mb());
    measure::print_cell("tomograph", "recovery_log_mib", static_cast<double>(bytes) / (1 << 20));
    const std::uint64_t step = std::max<std::uint64_t>(1, traces / 500);
    for (std::uint64_t i = 0; i < traces; i += step) require_trace(store, scale, i);
    // Closing would write what was only measured.
    static_cast<void>(opened->release());
}

}  // namespace

void recovery_row(const std::string& directory, const Scale& scale) {
    require(!scale.is_w2, "recovery is measured with W1");
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    const std::string counted = directory + "/TRACES";
    in_child([&] {
        const std::uint64_t traces = fill_log(directory, scale);
        std::ofstream(counted) << traces;
    });
    std::uint64_t traces = 0;
    std::ifstream(counted) >> traces;
    require(traces > 0, "recovery: nothing was filled in");
    in_child([&] { recover(directory, scale, traces); });
    std::filesystem::remove_all(directory);
}

}  // namespace tomograph::engine_bench
