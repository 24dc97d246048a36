#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tomograph::measure {

/// User and system time of this process so far.
double cpu_seconds();
/// Since an arbitrary moment.
double wall_seconds();
/// Now, and the most that it ever was, in MB.
double resident_mb();
double resident_peak_mb();

/// Bytes of all files below a directory; 0 when there is none.
std::uint64_t directory_bytes(const std::string& directory);
/// The kernel forgets its copies of all files below a directory. For files that are synced.
void drop_page_cache(const std::string& directory);

/// The value below which `fraction` of them lie.
double percentile(std::vector<double> values, double fraction);

/// What a call took, in milliseconds. CPU is that of the whole process: on a busy machine it says
/// more.
struct Took {
    double wall_ms = 0;
    double cpu_ms = 0;
};
Took time_call(const std::function<void()>& call);

/// One cell of bench/table.py's table, as a line of JSON on the standard output.
void print_cell(std::string_view column, std::string_view row, double value);
/// The same of calls: wall time and CPU time below which `fraction` of them lie.
void print_cell(std::string_view column, std::string_view row, const std::vector<Took>& calls,
                double fraction = 0.5);

/// Says why on the standard error and ends the process with 1: a wrong answer is not a figure.
[[noreturn]] void fail(std::string_view why);
void require(bool is_right, std::string_view why);

}  // namespace tomograph::measure
