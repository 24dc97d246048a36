#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace tomograph::demo {

/// Where documents go, one at a time. A failure is counted; the traffic goes on.
using DocumentSink = std::function<Result<void>(std::string_view document)>;

/// Waits that long; false: stop now.
using Wait = std::function<bool(Duration)>;

struct LiveOptions {
    const Clock& clock;
    double traces_per_second = 5;    ///< on average; at most traces_per_second_max
    std::optional<Duration> length;  ///< absent: until told to stop
    std::uint64_t seed = 1;
    std::function<void(const struct Sent&)> report;  ///< about every 10 s; may be empty
};

struct Sent {
    std::uint64_t traces = 0;
    std::uint64_t documents = 0;
    std::uint64_t lost =
        0;  ///< documents that the sink refused, or for which there was no room to wait
};

/// Sends traffic as it happens: each document at the moment its segment ends. When the time is up
/// it sees the open traces to their end; when told to stop it sends the rest of them at once.
Sent run_live(const LiveOptions& options, const DocumentSink& sink, const Wait& wait);

}  // namespace tomograph::demo
