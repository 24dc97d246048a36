#pragma once

#include <array>
#include <span>
#include <string_view>

#include "api/ingest.h"
#include "base/metrics.h"
#include "net/datagram_intake.h"
#include "wire/xray/datagram.h"

namespace tomograph {

class MetricIntake;

/// What the X-Ray daemon does with datagrams: takes the header line off and passes the documents
/// on. All datagrams of one wake-up go into the store in one append. What ADOT's exporters send as
/// metrics (M1) goes to the metrics. Nothing is answered; every loss is counted:
///
///   tomograph_api_datagrams_dropped_total{source,cause="missing_header"|"bad_header"}
///   and the counters of Ingest and MetricIntake for what was inside.
///
/// Threads: any.
class DaemonIntake {
 public:
    /// otlp_metrics  null: metrics are refused as documents that are none
    DaemonIntake(Ingest& ingest, IngestSource source, MetricsRegistry& metrics,
                 MetricIntake* otlp_metrics = nullptr);

    void take(std::span<const std::string_view> datagrams);

    /// For DatagramIntake::start; the DaemonIntake must outlive the intake.
    DatagramHandler handler();

 private:
    bool take_metrics(std::string_view document);

    Ingest& ingest_;
    IngestSource source_;
    MetricIntake* otlp_metrics_;
    std::array<Counter*, 2> dropped_{};  ///< by DatagramDrop
};

}  // namespace tomograph
