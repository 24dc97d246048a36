#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "demo/entity.h"
#include "demo/random.h"

namespace tomograph::demo {

/// One request to the shop and all that follows from it: every document of its trace and of the
/// traces that its messages start, in the order in which SDKs would send them.
///
/// start  when the request arrives; the last document follows up to some 15 s later
/// order  by `at`; callees before callers, as they end first
std::vector<TimedDocument> generate_trace(Random& random, Instant start);

/// The header line an SDK puts before each document it sends to a daemon.
inline constexpr std::string_view datagram_header = "{\"format\":\"json\",\"version\":1}\n";

}  // namespace tomograph::demo
