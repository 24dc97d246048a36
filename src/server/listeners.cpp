#include "server/listeners.h"

#include <fmt/format.h>

#include "api/fluent/forward_session.h"
#include "api/limits.h"
#include "api/otlp/grpc_export.h"
#include "api/otlp/logs_export.h"
#include "api/otlp/metrics_export.h"
#include "api/otlp/reflection.h"
#include "api/otlp/trace_export.h"
#include "net/address.h"

namespace tomograph {
namespace {

/// Port 0 asks for any free port, and UDP and TCP must get the same one: how often to try another.
constexpr int same_port_tries = 20;
/// sockaddr_un holds 108 bytes with the closing zero.
constexpr std::size_t unix_path_bytes_max = 107;

/// A listener that speaks TLS where the settings name a certificate.
HttpServerOptions http_options(const char* name, const std::string& address,
                               const Settings& settings) {
    HttpServerOptions options;
    options.name = name;
    options.address = address;
    if (!settings.tls_cert.empty()) options.tls = TlsFiles{settings.tls_cert, settings.tls_key};
    return options;
}

HttpServerOptions otlp_options(const char* name, const std::string& address,
                               const Settings& settings) {
    HttpServerOptions options = http_options(name, address, settings);
    options.limits.wire_body_bytes_max = otlp_wire_bytes_max;
    options.limits.decoded_body_bytes_max = otlp_decoded_bytes_max;
    return options;
}

}  // namespace

Listeners::Listeners(const Intake& intake)
    : intake_(intake),
      udp_intake_(intake.ingest, IngestSource::udp, intake.metrics, &intake.otlp_metrics),
      unix_intake_(intake.ingest, IngestSource::unix_socket, intake.metrics, &intake.otlp_metrics) {
}

Result<std::unique_ptr<Listeners>> Listeners::start(const Settings& settings,
                                                    const Intake& intake) {
    std::unique_ptr<Listeners> listeners(new Listeners(intake));
    if (!settings.xray_addr.empty())
        TRY_WITHIN("xray-addr " + settings.xray_addr, listeners->start_xray(settings.xray_addr));
    if (!settings.xray_unix.empty())
        TRY_WITHIN("xray-unix " + settings.xray_unix, listeners->start_unix(settings));
    if (!settings.api_addr.empty())
        TRY_WITHIN("api-addr " + settings.api_addr, listeners->start_api(settings));
    if (!settings.otlp_http_addr.empty())
        TRY_WITHIN("otlp-http-addr " + settings.otlp_http_addr,
                   listeners->start_otlp_http(settings));
    if (!settings.otlp_grpc_addr.empty())
        TRY_WITHIN("otlp-grpc-addr " + settings.otlp_grpc_addr,
                   listeners->start_otlp_grpc(settings));
    if (!settings.fluent_addr.empty())
        TRY_WITHIN("fluent-addr " + settings.fluent_addr, listeners->start_fluent(settings));
    return listeners;
}

Result<void> Listeners::start_api(const Settings& settings) {
    api_ = TRY(HttpServer::start(intake_.pool, http_options("api", settings.api_addr, settings),
                                 intake_.http.handler(), xray_http_error, intake_.metrics));
    addresses_.api = api_->address();
    return {};
}

Result<void> Listeners::start_otlp_http(const Settings& settings) {
    otlp_http_ = TRY(HttpServer::start(
        intake_.pool, otlp_options("otlp_http", settings.otlp_http_addr, settings),
        otlp_http_handler(intake_.ingest, intake_.logs, intake_.otlp_metrics), otlp_http_error,
        intake_.metrics));
    addresses_.otlp_http = otlp_http_->address();
    return {};
}

Result<void> Listeners::start_otlp_grpc(const Settings& settings) {
    HttpServerOptions options = otlp_options("otlp_grpc", settings.otlp_grpc_addr, settings);
    grpc_ = std::make_unique<GrpcService>(
        GrpcService::Options{.limits = options.limits, .listener = options.name}, intake_.clock,
        intake_.metrics);
    add_trace_export(*grpc_, intake_.ingest);
    add_logs_export(*grpc_, intake_.logs);
    add_metrics_export(*grpc_, intake_.otlp_metrics);
    grpc_->add_health([&http = intake_.http] { return http.is_ready(); });
    add_otlp_reflection(*grpc_);
    options.takes_pieces = grpc_->takes_pieces();
    otlp_grpc_ = TRY(HttpServer::start(intake_.pool, std::move(options), grpc_->handler(),
                                       otlp_http_error, intake_.metrics));
    addresses_.otlp_grpc = otlp_grpc_->address();
    return {};
}

Result<void> Listeners::start_fluent(const Settings& settings) {
    auto started =
        StreamServer::start(intake_.pool, {.address = settings.fluent_addr, .name = "fluent"},
                            fluent_sessions(intake_.logs), intake_.metrics);
    if (!started && settings.fluent_is_default &&
        started.error().code() == ErrorCode::unavailable) {
        log_warn("no listener for Fluent: its port is taken", {{"address", settings.fluent_addr}});
        return {};
    }
    if (!started) return std::move(started).error();
    fluent_ = std::move(*started);
    addresses_.fluent = fluent_->address();
    return {};
}

Result<void> Listeners::start_xray(const std::string& address) {
    const bool any_port = TRY(parse_socket_address(address)).port == 0;
    for (int i = 1; i < same_port_tries && any_port; ++i) {
        const auto started = start_xray_pair(address);
        if (started || started.error().code() != ErrorCode::unavailable) return started;
    }
    return start_xray_pair(address);
}

Result<void> Listeners::start_xray_pair(const std::string& udp_address) {
    DatagramIntakeOptions options;
    options.address = udp_address;
    xray_udp_ = TRY_WITHIN(
        "udp", DatagramIntake::start(std::move(options), udp_intake_.handler(), intake_.metrics));
    HttpServerOptions tcp_options;
    tcp_options.address = xray_udp_->address();
    tcp_options.name = "xray";
    xray_tcp_ = TRY_WITHIN("tcp", HttpServer::start(intake_.pool, std::move(tcp_options),
                                                    daemon_proxy_handler(intake_.xray),
                                                    xray_http_error, intake_.metrics));
    addresses_.xray = xray_udp_->address();
    return {};
}

Result<void> Listeners::start_unix(const Settings& settings) {
    if (settings.xray_unix_is_default && settings.xray_unix.size() > unix_path_bytes_max) {
        log_warn("no unix socket: its path is too long for one",
                 {{"path", settings.xray_unix}, {"bytes_max", unix_path_bytes_max}});
        return {};
    }
    DatagramIntakeOptions options;
    options.address = "unix:" + settings.xray_unix;
    xray_unix_ =
        TRY(DatagramIntake::start(std::move(options), unix_intake_.handler(), intake_.metrics));
    addresses_.xray_unix = settings.xray_unix;
    return {};
}

void Listeners::stop(Duration deadline) {
    if (xray_udp_) xray_udp_->stop();
    if (xray_unix_) xray_unix_->stop();
    if (xray_tcp_) xray_tcp_->stop(deadline);
    if (fluent_) fluent_->stop(deadline);
    if (otlp_http_) otlp_http_->stop(deadline);
    if (otlp_grpc_) otlp_grpc_->stop(deadline);
    if (api_) api_->stop(deadline);
}

}  // namespace tomograph
