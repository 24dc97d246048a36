#include "api/daemon_intake.h"

#include <string>
#include <variant>
#include <vector>

#include "base/log.h"

namespace tomograph {

DaemonIntake::DaemonIntake(Ingest& ingest, IngestSource source, MetricsRegistry& metrics)
    : ingest_(ingest), source_(source) {
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
        const auto& inside = std::get<std::vector<std::string_view>>(split);
        documents.insert(documents.end(), inside.begin(), inside.end());
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

DatagramHandler DaemonIntake::handler() {
    return [this](std::span<const std::string_view> datagrams) { take(datagrams); };
}

}  // namespace tomograph
