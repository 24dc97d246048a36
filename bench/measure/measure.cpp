#include "measure/measure.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

namespace tomograph::measure {
namespace {

/// Of /proc/self/status, in MB.
double status_mb(std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name)) return std::strtod(line.c_str() + name.size(), nullptr) / 1024;
    fail("no " + std::string(name) + " in /proc/self/status");
}

template <typename Visit>
void visit_files(const std::string& directory, const Visit& visit) {
    if (!std::filesystem::exists(directory)) return;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
        if (entry.is_regular_file()) visit(entry);
}

}  // namespace

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double wall_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

double resident_mb() { return status_mb("VmRSS:"); }
double resident_peak_mb() { return status_mb("VmHWM:"); }

std::uint64_t directory_bytes(const std::string& directory) {
    std::uint64_t bytes = 0;
    visit_files(directory, [&](const auto& entry) { bytes += entry.file_size(); });
    return bytes;
}

void drop_page_cache(const std::string& directory) {
    visit_files(directory, [](const auto& entry) {
        const int descriptor = open(entry.path().c_str(), O_RDONLY);
        if (descriptor < 0) fail("cannot open " + entry.path().string());
        const int failed = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
        close(descriptor);
        if (failed != 0) fail("cannot drop the pages of " + entry.path().string());
    });
}

double percentile(std::vector<double> values, double fraction) {
    require(!values.empty(), "nothing was measured");
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(fraction * static_cast<double>(values.size() - 1))];
}

Took time_call(const std::function<void()>& call) {
    const double wall = wall_seconds();
    const double cpu = cpu_seconds();
    call();
    return {(wall_seconds() - wall) * 1e3, (cpu_seconds() - cpu) * 1e3};
}

void print_cell(std::string_view column, std::string_view row, double value) {
    std::printf(R"({"column": "%.*s", "row": "%.*s", "value": %.6g})"
                "\n",
                static_cast<int>(column.size()), column.data(), static_cast<int>(row.size()),
                row.data(), value);
    std::fflush(stdout);
}

void print_cell(std::string_view column, std::string_view row, const std::vector<Took>& calls,
                double fraction) {
    std::vector<double> wall;
    std::vector<double> cpu;
    for (const Took& took : calls) {
        wall.push_back(took.wall_ms);
        cpu.push_back(took.cpu_ms);
    }
    std::printf(R"({"column": "%.*s", "row": "%.*s", "value": %.6g, "cpu": %.6g})"
                "\n",
                static_cast<int>(column.size()), column.data(), static_cast<int>(row.size()),
                row.data(), percentile(wall, fraction), percentile(cpu, fraction));
    std::fflush(stdout);
}

void fail(std::string_view why) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(why.size()), why.data());
    std::exit(1);
}

void require(bool is_right, std::string_view why) {
    if (!is_right) fail(why);
}

}  // namespace tomograph::measure
