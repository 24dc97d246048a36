#include "model/metric_batch.h"

#include <bit>

namespace tomograph {
namespace {

constexpr std::uint64_t no_value_bits = 0x7ff0000000000002ULL;

}  // namespace

double no_value() { return std::bit_cast<double>(no_value_bits); }
bool is_no_value(double value) { return std::bit_cast<std::uint64_t>(value) == no_value_bits; }

}  // namespace tomograph
