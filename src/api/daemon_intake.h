#pragma once

#include <array>
#include <span>
#include <string_view>

#include "api/ingest.h"
#include "base/metrics.h"
#include "net/datagram_intake.h"
#include "wire/xray/datagram.h"

namespace tomograph {

/// What the X-Ray daemon does with datagrams: takes the header line off and passes the documents
/// on. All datagrams of one wake-up go into the store in one append. Nothing is answered; every
/// loss is counted:
///
///   tomograph_api_datagrams_dropped_total{source,cause="missing_header"|"bad_header"|"unsupported"}
///   and the counters of Ingest for what was inside.
///
/// Threads: any.
class DaemonIntake {
 public:
    DaemonIntake(Ingest& ingest, IngestSource source, MetricsRegistry& metrics);

    void take(std::span<const std::string_view> datagrams);

    /// For DatagramIntake::start; the DaemonIntake must outlive the intake.
    DatagramHandler handler();

 private:
    Ingest& ingest_;
    IngestSource source_;
    std::array<Counter*, 2> dropped_{};  ///< by DatagramDrop
};

}  // namespace tomograph
