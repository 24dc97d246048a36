#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "query/doctor/doctor_facts.h"
#include "query/live_tail.h"
#include "service/span_metrics/span_metrics.h"
#include "store/trace_store.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph {

/// Where documents came from: label `source` of the counters.
enum class IngestSource { api, tcp, udp, unix_socket, otlp_http, otlp_grpc };
inline constexpr std::size_t ingest_source_count = 6;

std::string_view to_text(IngestSource source);

struct IngestOutcome {
    std::size_t kept = 0;
    std::size_t rejected = 0;           ///< documents that were not kept
    std::vector<Rejection> rejections;  ///< of them the first rejections_told_max: broken ones in
                                        ///< the order sent, then those of traces over their size

    void reject(Rejection rejection);
};

/// Called once, from any thread.
using IngestDone = std::function<void(Result<IngestOutcome>)>;

/// The way of a document into the store, the same for the API, UDP and unix sockets: decode, count,
/// append.
///
///   tomograph_api_segments_received_total{source}
///   tomograph_api_segments_rejected_total{source,code}      code as in UnprocessedTraceSegments,
///   or
///                                                           TraceSizeExceeded, Otlp
///   tomograph_api_segments_dropped_total{source,cause}      the store could not take them
///   tomograph_api_subsegments_dropped_total{source},
///   tomograph_api_annotations_dropped_total{source}
///
/// Threads: any. A call to `done` may come after the Ingest has gone; the registry must be there
/// still.
class Ingest {
 public:
    /// tail, spans  told of what comes in; null: nobody
    Ingest(TraceStore& store, const Clock& clock, MetricsRegistry& metrics,
           LiveTail* tail = nullptr, SpanMetrics* spans = nullptr);
    ~Ingest();

    /// Decodes and appends in one go. A document that is a JSON array counts as its elements.
    ///
    /// documents  borrowed for the call only
    /// done       when the kept documents are durable and readable; at once when there are none
    /// errors     those of TraceStore::append; then nothing was kept
    void put(std::span<const std::string_view> documents, IngestSource source, IngestDone done);

    /// The same for the spans of an ExportTraceServiceRequest.
    ///
    /// request  borrowed for the call only
    /// errors   invalid (the bytes are no such message, or too large a one), and those of
    /// TraceStore::append; then
    ///          nothing was kept
    void put_spans(std::string_view request, IngestSource source, IngestDone done);

    /// What did not get in, from all sources. cost: a lock that refusals take as well
    IntakeRecord record() const;

 private:
    struct Metrics;
    struct Batch;
    class SpanIntake;
    class SpanCounter;
    std::shared_ptr<Batch> begin(IngestSource source, IngestDone done) const;
    void append(const std::shared_ptr<Batch>& batch);
    void take(std::string_view document, Batch& batch) const;
    void take_spans(std::string_view document, Batch& batch) const;
    /// Whether it is a document.
    bool decode(std::string_view json, const AcceptanceWindow& window, Batch& batch,
                bool is_counted = true) const;

    TraceStore& store_;
    const Clock& clock_;
    LiveTail* const tail_;
    SpanMetrics* const span_metrics_;
    std::shared_ptr<const Metrics> metrics_;
};

}  // namespace tomograph
