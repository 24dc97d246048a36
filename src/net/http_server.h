#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/metrics.h"
#include "base/result.h"
#include "base/time.h"
#include "net/http_message.h"
#include "net/io_pool.h"

namespace tomograph {

/// Bounds of one listener (reliability-security.md §5); each hit is counted by cause.
struct HttpLimits {
    std::uint64_t wire_body_bytes_max = 5ULL << 20;
    std::uint64_t decoded_body_bytes_max = 20ULL << 20;
    std::uint64_t compression_ratio_max = 100;  ///< after the first MiB
    std::uint32_t header_bytes_max = 32U << 10;
    std::uint32_t headers_max = 100;
    Duration header_timeout = Duration::seconds(10);
    Duration idle_timeout = Duration::seconds(60);
    Duration write_timeout = Duration::seconds(30);
    Duration body_grace = Duration::seconds(5);  ///< then at least:
    std::uint64_t body_bytes_per_second_min = 16U << 10;
    std::uint32_t connections_max = 4096;
    std::uint32_t connections_per_address_max = 256;
    std::uint64_t body_bytes_in_flight_max = 128ULL << 20;
};

struct TlsFiles {
    std::string certificate_path;  ///< PEM chain
    std::string key_path;          ///< PEM
};

struct HttpServerOptions {
    std::string address;  ///< "127.0.0.1:2080", "[::1]:0"; port 0 picks a free one
    std::optional<TlsFiles> tls;
    HttpLimits limits;
    std::string name;                ///< label `listener` of its metrics: "api", "xray"
    HttpTakesPieces takes_pieces{};  ///< none: no request
};

/// A server of HTTP/1.1 and HTTP/2 on one address. Over TLS the client picks (ALPN); on a plain
/// socket its first bytes tell: HTTP/2 begins with a preface, and nobody is upgraded to it.
/// Requests of one HTTP/1.1 connection are handled one after the other, those of an HTTP/2
/// connection at once.
class HttpServer {
 public:
    /// Accepts from the moment it returns.
    /// errors  invalid  a bad address or certificate   unavailable  the address is taken
    static Result<std::unique_ptr<HttpServer>> start(IoPool& pool, HttpServerOptions options,
                                                     HttpHandler handler, HttpErrorBody error_body,
                                                     MetricsRegistry& metrics);
    /// As stop(0).
    ~HttpServer();

    /// "127.0.0.1:2080" with the real port.
    const std::string& address() const;

    /// Stops accepting, closes idle connections, lets running requests answer until the deadline,
    /// then closes the rest. Blocks; not from an I/O thread.
    void stop(Duration deadline);

 private:
    struct Impl;
    explicit HttpServer(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace tomograph
