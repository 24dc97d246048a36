#include "demo/random.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/hash.h"

namespace tomograph::demo {

std::uint64_t Random::next() {
    state_ += 0x9e3779b97f4a7c15ULL;  // splitmix64
    return mix64(state_);
}

double Random::fraction() { return static_cast<double>(next() >> 11) * 0x1p-53; }

std::int64_t Random::between(std::int64_t lowest, std::int64_t highest) {
    const auto width = static_cast<std::uint64_t>(highest - lowest) + 1;
    return lowest + static_cast<std::int64_t>(next() % width);
}

Duration Random::latency(Duration median, double spread) {
    // Box and Muller; 1 - fraction() keeps the logarithm away from zero.
    const double radius = std::sqrt(-2.0 * std::log(1.0 - fraction()));
    const double normal = radius * std::cos(2.0 * std::numbers::pi * fraction());
    const double factor = std::exp(spread * std::clamp(normal, -3.0, 3.5));
    const double ns = static_cast<double>(median.ns) * factor;
    return Duration::nanoseconds(std::max<std::int64_t>(10'000, static_cast<std::int64_t>(ns)));
}

Duration Random::gap(Duration mean) {
    const double ns = -std::log(1.0 - fraction()) * static_cast<double>(mean.ns);
    return Duration::nanoseconds(static_cast<std::int64_t>(ns));
}

std::string Random::hex(int digits) {
    std::uint64_t value = 0;
    while (value == 0) value = digits >= 16 ? next() : next() >> (64 - 4 * digits);
    return fmt::format("{:0{}x}", value, digits);
}

}  // namespace tomograph::demo
