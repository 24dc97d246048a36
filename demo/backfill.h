#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "demo/runner.h"

namespace tomograph::demo {

/// Takes 1 to batch_documents documents.
using BatchSink = std::function<Result<void>(std::span<const std::string> documents)>;

struct BackfillOptions {
    TimeRange range;            ///< in which traces start
    std::uint64_t traces = 20;  ///< spread evenly over the range, with chance
    std::uint64_t seed = 1;
    std::function<bool(const Sent&)> keep_going;  ///< after each batch; may be empty
};

/// Sends traces of the past, as fast as the sink takes them, oldest first.
/// errors  the sink's; cancelled when keep_going says no
Result<Sent> backfill(const BackfillOptions& options, const BatchSink& sink);

}  // namespace tomograph::demo
