#pragma once

#include <cstddef>

namespace tomograph::demo {

/// Documents waiting for their moment; at 100 traces a second of up to 10 s each about 15,000 wait.
inline constexpr std::size_t waiting_documents_max = 200'000;

/// More a second than one thread can make up and send.
inline constexpr double traces_per_second_max = 1'000;

/// PutTraceSegments takes at most this many.
inline constexpr std::size_t batch_documents = 50;

}  // namespace tomograph::demo
