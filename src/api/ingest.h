#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "store/trace_store.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph {

struct IngestOutcome {
    std::vector<Rejection> rejections;  ///< documents that were not kept, in the order sent
};

/// The way of a document into the store, the same for the API, UDP and unix sockets: decode, count, append.
/// Threads: any.
class Ingest {
 public:
    Ingest(TraceStore& store, const Clock& clock, MetricsRegistry& metrics);

    /// Decodes and appends. A JSON array counts as its elements.
    ///
    /// source  label of the counters: "api", "udp", "unix", "tcp"
    /// done    once, from any thread, when the kept documents are durable; at once when none is kept
    void put(std::span<const std::string_view> documents, std::string_view source,
             std::function<void(Result<IngestOutcome>)> done);

 private:
    TraceStore& store_;
    const Clock& clock_;
    MetricsRegistry& metrics_;
};

}  // namespace tomograph
