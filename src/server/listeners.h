#pragma once

#include <memory>

#include "api/daemon_intake.h"
#include "api/http_api.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/time.h"
#include "net/datagram_intake.h"
#include "net/grpc/service.h"
#include "net/http_server.h"
#include "net/io_pool.h"
#include "net/stream_server.h"
#include "server/addresses.h"
#include "server/settings.h"

namespace tomograph {

class MetricIntake;

/// What listeners hand their input to; all of it outlives them.
struct Intake {
    IoPool& pool;
    Ingest& ingest;
    LogIntake& logs;
    MetricIntake& otlp_metrics;
    XrayApi& xray;
    HttpApi& http;
    const Clock& clock;
    MetricsRegistry& metrics;
};

/// Every listener of `tomo serve`. They accept from start() on.
class Listeners {
 public:
    /// errors  as the listeners give them, with the setting's name in front
    static Result<std::unique_ptr<Listeners>> start(const Settings& settings, const Intake& intake);

    const Addresses& addresses() const { return addresses_; }

    /// Ends them gracefully: no new input, what was accepted is answered until the deadline.
    void stop(Duration deadline);

 private:
    explicit Listeners(const Intake& intake);
    Result<void> start_api(const Settings& settings);
    Result<void> start_xray(const std::string& address);
    Result<void> start_xray_pair(const std::string& udp_address);
    Result<void> start_unix(const Settings& settings);
    Result<void> start_otlp_http(const Settings& settings);
    Result<void> start_otlp_grpc(const Settings& settings);
    Result<void> start_fluent(const Settings& settings);

    Intake intake_;
    Addresses addresses_;
    DaemonIntake udp_intake_;
    DaemonIntake unix_intake_;
    std::unique_ptr<HttpServer> api_;
    std::unique_ptr<HttpServer> xray_tcp_;
    std::unique_ptr<HttpServer> otlp_http_;
    std::unique_ptr<GrpcService> grpc_;
    std::unique_ptr<HttpServer> otlp_grpc_;
    std::unique_ptr<StreamServer> fluent_;
    std::unique_ptr<DatagramIntake> xray_udp_;
    std::unique_ptr<DatagramIntake> xray_unix_;
};

}  // namespace tomograph
