#include "api/daemon_intake.h"

#include <string>
#include <variant>
#include <vector>

#include "base/log.h"
#include "service/metrics/metric_intake.h"
#include "wire/otlp/otlp_envelope.h"

namespace tomograph {

DaemonIntake::DaemonIntake(Ingest& ingest, IngestSource source, MetricsRegistry& metrics,
                           MetricIntake* otlp_metrics)
    : ingest_(ingest), source_(source), otlp_metrics_(otlp_metrics) {
    for (std::size_t i = 0; i < dropped_.size(); ++i)
        dropped_[i] = &metrics.counter(
            "tomograph_api_datagrams_dropped_total", "Datagrams that hold no document, by cause",
            {{"source", std::string(to_text(source))},
             {"cause", std::string(to_text(static_cast<DatagramDrop>(i)))}});
}

void DaemonIntake::take(std::span<const std::string_view> datagrams) {
    std::vector<std::string_view> documents;
    documents.reserve(datagrams.size());
    for (const std::string_view datagram : datagrams) {
        const auto split = split_datagram(datagram);
        if (const auto* drop = std::get_if<DatagramDrop>(&split)) {
            dropped_[static_cast<std::size_t>(*drop)]->add();
            continue;
        }
        for (const std::string_view document : std::get<std::vector<std::string_view>>(split))
            if (!take_metrics(document)) documents.push_back(document);
    }
    if (documents.empty()) return;
    // No one waits for an answer; the counters have what did not get in, and the line says it to
    // the operator.
    ingest_.put(documents, source_, [source = source_](const Result<IngestOutcome>& outcome) {
        if (!outcome)
            log_warn("datagrams dropped by the store",
                     {{"source", to_text(source)}, {"error", outcome.error()}});
    });
}

/// False for anything else, also for an envelope of no base64: Ingest counts it.
bool DaemonIntake::take_metrics(std::string_view document) {
    if (otlp_metrics_ == nullptr || otlp_envelope(document) != OtlpEnvelope::metrics) return false;
    const auto request = otlp_request_in(document);
    if (!request) return false;
    otlp_metrics_->put(*request, [source = source_](const Result<MetricOutcome>& outcome) {
        if (!outcome)
            log_warn("metrics of a datagram dropped",
                     {{"source", to_text(source)}, {"error", outcome.error()}});
    });
    return true;
}

DatagramHandler DaemonIntake::handler() {
    return [this](std::span<const std::string_view> datagrams) { take(datagrams); };
}

}  // namespace tomograph
