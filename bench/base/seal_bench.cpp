#include "base/crypto/seal.h"

#include <benchmark/benchmark.h>

#include <string>

namespace tomograph {
namespace {

void seal_of(benchmark::State& state) {
    const SecretKey key(std::string(secret_key_bytes, 'k'));
    const std::string bytes(static_cast<std::size_t>(state.range(0)), 'x');
    std::uint64_t block = 0;
    for ([[maybe_unused]] auto round : state)
        benchmark::DoNotOptimize(seal(key, counter_nonce(++block, 0), "block", bytes));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

void unseal_of(benchmark::State& state) {
    const SecretKey key(std::string(secret_key_bytes, 'k'));
    const std::string sealed =
        seal(key, Nonce{}, "block", std::string(static_cast<std::size_t>(state.range(0)), 'x'));
    for ([[maybe_unused]] auto round : state)
        benchmark::DoNotOptimize(unseal(key, Nonce{}, "block", sealed));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

BENCHMARK(seal_of)->Name("seal")->Arg(560)->Arg(4 << 10)->Arg(64 << 10);
BENCHMARK(unseal_of)->Name("unseal")->Arg(560)->Arg(4 << 10)->Arg(64 << 10);

}  // namespace
}  // namespace tomograph
