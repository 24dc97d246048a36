#include "base/crc32c.h"

#include <benchmark/benchmark.h>

#include <string>

namespace tomograph {
namespace {

/// Every byte of the WAL and of each part passes here: the instruction must stay far above disk
/// speed.
template <std::uint32_t (*checksum)(std::string_view, std::uint32_t)>
void checksum_of(benchmark::State& state) {
    const std::string bytes(static_cast<std::size_t>(state.range(0)), 'x');
    for ([[maybe_unused]] auto round : state) benchmark::DoNotOptimize(checksum(bytes, 0));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

BENCHMARK(checksum_of<crc32c>)->Name("crc32c")->Arg(64)->Arg(1 << 10)->Arg(64 << 10);
BENCHMARK(checksum_of<crc32c_scalar>)->Name("crc32c_scalar")->Arg(64)->Arg(1 << 10)->Arg(64 << 10);

}  // namespace
}  // namespace tomograph
