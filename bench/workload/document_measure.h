#pragma once

#include <cstdint>
#include <string_view>

namespace tomograph::workload {

/// Scalars of a JSON text that is known to be well-formed: elements of arrays count one each.
std::uint64_t count_values(std::string_view json);

}  // namespace tomograph::workload
