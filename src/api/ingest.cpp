#include "api/ingest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <optional>
#include <utility>

#include "api/counted_spans.h"
#include "api/limits.h"
#include "api/refusal_log.h"
#include "model/segment_outline.h"
#include "wire/otlp/otlp_envelope.h"
#include "wire/otlp/span_documents.h"
#include "wire/xray/document_array.h"

namespace tomograph {

namespace {

constexpr std::string_view trace_size_exceeded =
    "Trace Size Exceeded. Reduce the number of segments per trace and the size of your segment "
    "documents.";
constexpr std::string_view metrics_not_read =
    "metrics (M1) are no segment document: send them to the agent's port";

constexpr std::size_t rejection_code_count =
    static_cast<std::size_t>(RejectionCode::invalid_segment) + 1;

enum class DropCause { overload, disk_full, other };
constexpr std::array<std::string_view, 3> drop_cause_names = {"overload", "disk_full", "error"};

DropCause drop_cause(ErrorCode code) {
    if (code == ErrorCode::unavailable) return DropCause::overload;
    return code == ErrorCode::limit ? DropCause::disk_full : DropCause::other;
}

bool is_array(std::string_view document) {
    const auto first = document.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && document[first] == '[';
}

/// Counters of one source, found once.
struct SourceCounters {
    Counter* received = nullptr;
    std::array<Counter*, rejection_code_count> rejected{};
    Counter* too_large_trace = nullptr;
    Counter* otlp = nullptr;
    Counter* unsampled = nullptr;
    std::array<Counter*, drop_cause_names.size()> dropped{};
    Counter* subsegments_dropped = nullptr;
    Counter* annotations_dropped = nullptr;
    Counter* links_dropped = nullptr;

    SourceCounters(MetricsRegistry& metrics, std::string_view source) {
        const auto rejected_as = [&](std::string_view code) {
            return &metrics.counter("tomograph_api_segments_rejected_total",
                                    "Documents refused for what they say, by code",
                                    {{"source", std::string(source)}, {"code", std::string(code)}});
        };
        const Labels labels = {{"source", std::string(source)}};
        received = &metrics.counter("tomograph_api_segments_received_total",
                                    "Segment documents received, good or bad", labels);
        for (std::size_t i = 0; i < rejected.size(); ++i)
            rejected[i] = rejected_as(to_text(static_cast<RejectionCode>(i)));
        too_large_trace = rejected_as("TraceSizeExceeded");
        otlp = rejected_as("Otlp");
        unsampled = &metrics.counter("tomograph_api_spans_unsampled_total",
                                     "Requests of spans that their sampler left out (T1U)", labels);
        for (std::size_t i = 0; i < dropped.size(); ++i)
            dropped[i] = &metrics.counter(
                "tomograph_api_segments_dropped_total",
                "Good documents that the store could not take",
                {{"source", std::string(source)}, {"cause", std::string(drop_cause_names[i])}});
        subsegments_dropped =
            &metrics.counter("tomograph_api_subsegments_dropped_total",
                             "Embedded subsegments left out of indexes: a rule is broken", labels);
        annotations_dropped = &metrics.counter("tomograph_api_annotations_dropped_total",
                                               "Annotations that cannot be indexed", labels);
        links_dropped = &metrics.counter("tomograph_api_links_dropped_total",
                                         "Links between segments whose ids are malformed", labels);
    }
};

}  // namespace

std::string_view to_text(IngestSource source) {
    switch (source) {
        case IngestSource::api:
            return "api";
        case IngestSource::tcp:
            return "tcp";
        case IngestSource::udp:
            return "udp";
        case IngestSource::unix_socket:
            return "unix";
        case IngestSource::otlp_http:
            return "otlp_http";
        case IngestSource::otlp_grpc:
            return "otlp_grpc";
    }
    return "api";
}

void IngestOutcome::reject(Rejection rejection) {
    ++rejected;
    if (rejections.size() < rejections_told_max) rejections.push_back(std::move(rejection));
}

struct Ingest::Metrics {
    std::vector<SourceCounters> sources;
    mutable RefusalLog refusals;

    explicit Metrics(MetricsRegistry& registry) {
        for (std::size_t i = 0; i < ingest_source_count; ++i)
            sources.emplace_back(registry, to_text(static_cast<IngestSource>(i)));
    }
};

/// Documents on their way. The answer needs two things that may come in either order, on two
/// threads: what append() returned and what the store reports.
struct Ingest::Batch {
    std::shared_ptr<const Metrics> metrics;
    const SourceCounters* counters = nullptr;
    AcceptanceWindow window;
    std::vector<Document> documents;  ///< moved into the store
    std::vector<SpanId> ids;          ///< of `documents`
    std::vector<TraceId> traces;      ///< likewise
    IngestOutcome outcome;
    std::optional<Error> failure;
    IngestDone done;
    std::atomic<int> awaited{2};

    void add(Document document) {
        ids.push_back(document.header.id);
        traces.push_back(document.header.trace_id);
        documents.push_back(std::move(document));
    }

    void reject(std::optional<std::string> id, RejectionCode code, std::string_view message,
                Counter& counter) {
        counter.add();
        outcome.reject({std::move(id), code, std::string(message)});
    }

    void refuse_for_size(const std::vector<std::size_t>& indexes) {
        for (const std::size_t index : indexes) {
            reject(to_hex(ids[index]), RejectionCode::invalid_segment, trace_size_exceeded,
                   *counters->too_large_trace);
            metrics->refusals.add({.trace = traces[index],
                                   .id = to_hex(ids[index]),
                                   .code = "TraceSizeExceeded",
                                   .message = std::string(trace_size_exceeded),
                                   .time = window.now});
        }
        outcome.kept = ids.size() - indexes.size();
    }

    void arrived() {
        if (awaited.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        if (!failure) return done(std::move(outcome));
        counters->dropped[static_cast<std::size_t>(drop_cause(failure->code()))]->add(outcome.kept);
        done(std::move(*failure));
    }
};

Ingest::Ingest(TraceStore& store, const Clock& clock, MetricsRegistry& metrics, LiveTail* tail,
               SpanMetrics* spans)
    : store_(store),
      clock_(clock),
      tail_(tail),
      span_metrics_(spans),
      metrics_(std::make_shared<const Metrics>(metrics)) {}

Ingest::~Ingest() = default;

std::shared_ptr<Ingest::Batch> Ingest::begin(IngestSource source, IngestDone done) const {
    auto batch = std::make_shared<Batch>();
    batch->metrics = metrics_;
    batch->counters = &metrics_->sources[static_cast<std::size_t>(source)];
    batch->window.now = clock_.now();
    batch->done = std::move(done);
    return batch;
}

void Ingest::append(const std::shared_ptr<Batch>& batch) {
    if (batch->documents.empty()) return batch->done(std::move(batch->outcome));
    if (tail_ != nullptr && tail_->is_watched()) tail_->note(batch->traces);
    const auto refused = store_.append(std::move(batch->documents), [batch](Result<void> appended) {
        if (!appended) batch->failure = std::move(appended).error();
        batch->arrived();
    });
    batch->refuse_for_size(refused);
    batch->arrived();
}

void Ingest::put(std::span<const std::string_view> documents, IngestSource source,
                 IngestDone done) {
    const auto batch = begin(source, std::move(done));
    batch->documents.reserve(documents.size());
    batch->ids.reserve(documents.size());
    batch->traces.reserve(documents.size());
    for (const std::string_view document : documents) take(document, *batch);
    append(batch);
}

/// Makes documents of spans as they are read, and decodes them.
class Ingest::SpanIntake final : public SpanSink {
 public:
    SpanIntake(const Ingest& ingest, Batch& batch)
        : ingest_(ingest), batch_(batch), window_(batch.window) {
        window_.bytes_max = document_bytes_max;
    }

    void begin(const WireResource& resource, const WireScope& scope) override {
        resource_ = &resource;
        documents_.begin(resource, scope);
    }
    void take(const WireSpan& span) override {
        if (bytes_ > otlp_documents_bytes_max) return;
        auto pair = documents_.of(span, *resource_, window_);
        if (!pair) return refuse(span, pair.error());
        bytes_ += pair->first.json.size() + pair->second.json.size();
        if (!keep(pair->first)) return;
        if (!pair->second.json.empty()) keep(pair->second);
        if (ingest_.span_metrics_ != nullptr)
            ingest_.span_metrics_->note(counted_span(span, *resource_, scratch_));
    }

    /// errors: as put_spans()
    Result<void> read(std::string_view request) {
        TRY(read_trace_request(request, *this));
        if (bytes_ <= otlp_documents_bytes_max) return {};
        return Error(
            ErrorCode::invalid,
            fmt::format("the spans make more than {} bytes of documents, with the resource "
                        "in each: send fewer at once",
                        otlp_documents_bytes_max));
    }

 private:
    /// Whether it is a document.
    bool keep(SpanDocuments::Made& made) {
        if (!made.read) return ingest_.decode(made.json, window_, batch_, false);
        const SourceCounters& counters = *batch_.counters;
        counters.received->add();
        if (made.read->annotations_dropped > 0)
            counters.annotations_dropped->add(made.read->annotations_dropped);
        batch_.add({.header = made.read->header,
                    .bytes = std::string(made.json),
                    .outline = std::move(made.read->outline)});
        return true;
    }

    void refuse(const WireSpan& span, const Error& error) {
        batch_.counters->received->add();
        const auto id = read_span_id(span.span_id);
        batch_.reject(id ? std::optional(to_hex(*id)) : std::nullopt,
                      RejectionCode::invalid_segment, error.message(), *batch_.counters->otlp);
    }

    const Ingest& ingest_;
    Batch& batch_;
    AcceptanceWindow window_;
    SpanDocuments documents_;
    const WireResource* resource_ = nullptr;
    std::uint64_t bytes_ = 0;  ///< of documents made, kept or not
    std::string scratch_;
};

/// Counts spans that are not kept.
class Ingest::SpanCounter final : public SpanSink {
 public:
    explicit SpanCounter(SpanMetrics& metrics) : metrics_(metrics) {}
    void begin(const WireResource& resource, const WireScope&) override { resource_ = &resource; }
    void take(const WireSpan& span) override {
        metrics_.note(counted_span(span, *resource_, scratch_));
    }

 private:
    SpanMetrics& metrics_;
    const WireResource* resource_ = nullptr;
    std::string scratch_;
};

void Ingest::put_spans(std::string_view request, IngestSource source, IngestDone done) {
    const auto batch = begin(source, std::move(done));
    SpanIntake spans(*this, *batch);
    if (const auto read = spans.read(request); !read) {
        batch->counters->otlp->add();
        return batch->done(read.error());
    }
    append(batch);
}

/// A document that is an envelope of OTLP.
void Ingest::take_spans(std::string_view document, Batch& batch) const {
    const auto refuse = [&](std::string_view sentence) {
        batch.counters->received->add();
        batch.reject(std::nullopt, RejectionCode::invalid_segment, sentence, *batch.counters->otlp);
    };
    const OtlpEnvelope envelope = otlp_envelope(document);
    if (envelope == OtlpEnvelope::metrics) return refuse(metrics_not_read);
    const auto request = otlp_request_in(document);
    if (!request) return refuse("what stands behind T1S or T1U is not base64");
    if (envelope == OtlpEnvelope::unsampled_spans) {
        batch.counters->unsampled->add();
        if (span_metrics_ == nullptr) return;
        SpanCounter spans(*span_metrics_);
        if (const auto read = read_trace_request(*request, spans); !read)
            refuse(read.error().message());
        return;
    }
    SpanIntake spans(*this, batch);
    if (const auto read = spans.read(*request); !read) refuse(read.error().message());
}

void Ingest::take(std::string_view document, Batch& batch) const {
    if (otlp_envelope(document) != OtlpEnvelope::none) return take_spans(document, batch);
    if (!is_array(document)) {
        decode(document, batch.window, batch);
        return;
    }
    const std::size_t seen = batch.documents.size() + batch.outcome.rejected;
    const std::size_t room = documents_per_batch_max - std::min(seen, documents_per_batch_max);
    const auto elements = split_documents(document, std::min(room, array_elements_max));
    if (elements) {
        for (const std::string_view element : *elements) decode(element, batch.window, batch);
        return;
    }
    batch.counters->received->add();
    batch.reject(std::nullopt, RejectionCode::parse_error,
                 "Invalid segment. ErrorCode: ParseError, Cause: " + elements.error().message(),
                 *batch.counters->rejected[static_cast<std::size_t>(RejectionCode::parse_error)]);
}

bool Ingest::decode(std::string_view json, const AcceptanceWindow& window, Batch& batch,
                    bool is_counted) const {
    thread_local SegmentDecoder decoder;
    const SourceCounters& counters = *batch.counters;
    counters.received->add();
    auto decoded = decoder.decode(json, window);
    if (auto* rejection = std::get_if<Rejection>(&decoded)) {
        counters.rejected[static_cast<std::size_t>(rejection->code)]->add();
        metrics_->refusals.add({.trace = named_trace(json),
                                .id = rejection->id.value_or(""),
                                .code = std::string(to_text(rejection->code)),
                                .message = rejection->message,
                                .time = batch.window.now});
        batch.outcome.reject(std::move(*rejection));
        return false;
    }
    const Segment& segment = std::get<Segment>(decoded);
    if (segment.subsegments_dropped > 0)
        counters.subsegments_dropped->add(segment.subsegments_dropped);
    if (segment.annotations_dropped > 0)
        counters.annotations_dropped->add(segment.annotations_dropped);
    if (segment.links_dropped > 0) counters.links_dropped->add(segment.links_dropped);
    if (is_counted && span_metrics_ != nullptr) count_spans(segment, *span_metrics_);
    batch.add(
        {.header = segment.header(), .bytes = std::string(json), .outline = pack_outline(segment)});
    return true;
}

IntakeRecord Ingest::record() const {
    IntakeRecord record;
    std::map<std::string, std::uint64_t, std::less<>> rejected;
    std::map<std::string, std::uint64_t, std::less<>> dropped;
    for (const SourceCounters& source : metrics_->sources) {
        record.received += source.received->value();
        for (std::size_t i = 0; i < source.rejected.size(); ++i)
            rejected[std::string(to_text(static_cast<RejectionCode>(i)))] +=
                source.rejected[i]->value();
        rejected["TraceSizeExceeded"] += source.too_large_trace->value();
        rejected["Otlp"] += source.otlp->value();
        for (std::size_t i = 0; i < source.dropped.size(); ++i)
            dropped[std::string(drop_cause_names[i])] += source.dropped[i]->value();
    }
    for (const auto& [cause, count] : rejected)
        if (count > 0) record.rejected.push_back({cause, count});
    for (const auto& [cause, count] : dropped)
        if (count > 0) record.dropped.push_back({cause, count});
    record.latest = metrics_->refusals.latest();
    return record;
}

}  // namespace tomograph
