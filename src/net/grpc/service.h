#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "net/grpc/proto_file.h"
#include "net/grpc/status.h"
#include "net/http_server.h"

namespace tomograph {

/// One unary call.
struct GrpcCall {
    HttpRequest request;  ///< path, headers (metadata), peer; the message is in its body:
    std::size_t message_at = 0;
    std::optional<Duration> deadline{};  ///< Clock::monotonic()

    /// The request message, decompressed.
    std::string_view message() const { return std::string_view(request.body).substr(message_at); }
    /// Whether the client has gone, and no one waits for the answer.
    bool is_cancelled() const { return request.is_client_gone && request.is_client_gone(); }
};

/// Sends the answer. Call exactly once, from any thread.
using GrpcRespond = std::function<void(GrpcAnswer)>;
/// Runs on an I/O thread: must not block.
using GrpcMethod = std::function<void(GrpcCall, GrpcRespond)>;

/// The answer to each message of a dialogue, in their order. Runs on an I/O thread: must not block.
using GrpcAnswerEach = std::function<std::string(std::string_view message)>;

/// Unary methods of gRPC, and dialogues, behind a listener. It checks and unpacks what the calls
/// are wrapped in:
///
/// - POST over HTTP/2, content type application/grpc or application/grpc+proto; else a plain answer
/// with a
///   status of HTTP;
/// - exactly one message, coded as `grpc-encoding` says (identity, gzip, deflate, zstd), decoded
/// within the
///   same bounds as bodies are;
/// - `grpc-timeout`: an answer that comes too late is DEADLINE_EXCEEDED, whatever it was.
///
/// A method that lets go of its call answers INTERNAL.
class GrpcService {
 public:
    struct Options {
        HttpLimits limits;     ///< of the listener; those of bodies are used
        std::string listener;  ///< label of the metrics
    };

    /// clock and metrics are borrowed.
    GrpcService(Options options, const Clock& clock, MetricsRegistry& metrics);
    ~GrpcService();
    GrpcService(const GrpcService&) = delete;
    GrpcService& operator=(const GrpcService&) = delete;

    /// path  "/package.Service/Method". Before handler() only.
    void add(std::string path, GrpcMethod method);
    /// Adds a method that streams both ways: one message for each that comes, until the client ends
    /// its half or is silent for HttpLimits::idle_timeout. Messages are not compressed, and of
    /// dialogue_message_bytes_max at most: other streams are reset. Its listener needs
    /// takes_pieces().
    void add_dialogue(std::string path, GrpcAnswerEach answer_each);
    /// Adds grpc.health.v1.Health: Check; Watch is not implemented, as its definition allows.
    /// is_serving  asked for each call, on an I/O thread
    void add_health(std::function<bool()> is_serving);
    /// Adds grpc.reflection.v1.ServerReflection, and v1alpha: which services and messages there
    /// are. files  of the services that are added, and of what they import
    void add_reflection(std::vector<ProtoFile> files);
    /// "package.Service" of each method, in alphabetical order.
    std::vector<std::string> services() const;
    /// For HttpServerOptions: dialogues begin before their requests have ended. What it returns
    /// outlives the service.
    HttpTakesPieces takes_pieces() const;

    /// Takes gRPC's requests, and hands on the others; without `otherwise` those get a 415. What it
    /// returns outlives the service.
    HttpHandler handler(HttpHandler otherwise = {}) const;

    struct Impl;  ///< for service.cpp

 private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace tomograph
