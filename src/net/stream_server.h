#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "base/result.h"
#include "base/time.h"
#include "net/io_pool.h"

namespace tomograph {

/// Bounds of a listener of streams; each hit is counted by cause.
struct StreamLimits {
    /// Of one message that is not whole yet.
    std::uint64_t message_bytes_max = 32ULL << 20;
    /// What a connection's owner may hold without having let go of it: then it is not read.
    std::uint64_t held_bytes_max = 16ULL << 20;
    std::uint64_t unsent_bytes_max = 1ULL << 20;
    std::uint32_t connections_max = 1024;
    /// A message that does not get whole in that time, and silence (senders keep connections).
    Duration message_timeout = Duration::seconds(60);
    Duration idle_timeout = Duration::minutes(30);
};

/// The connection, for the session on it. Copies are the same; it may be gone already. Threads:
/// any.
class StreamPeer {
 public:
    virtual ~StreamPeer() = default;
    virtual void send(std::string bytes) = 0;
    /// Bytes that the session keeps until release(): the connection is read no further beyond
    /// StreamLimits::held_bytes_max.
    virtual void hold(std::uint64_t bytes) = 0;
    virtual void release(std::uint64_t bytes) = 0;
};

/// What a connection says. Belongs to it; called on its loop's thread.
class StreamSession {
 public:
    virtual ~StreamSession() = default;
    /// bytes    all that came and was not taken yet
    /// returns  how many were taken; the others come again with more behind them
    /// errors   the connection is closed, with a line in the log
    virtual Result<std::size_t> take(std::string_view bytes) = 0;
};

using MakeStreamSession =
    std::function<std::unique_ptr<StreamSession>(std::shared_ptr<StreamPeer> peer)>;

struct StreamServerOptions {
    std::string address;
    std::string name;  ///< label `listener` of its metrics
    StreamLimits limits{};
};

/// A TCP server of messages whose ends their bytes tell.
///
///   tomograph_net_stream_connections{listener}
///   tomograph_net_stream_connections_total{listener}
///   tomograph_net_stream_connections_closed_total{listener,cause}
///   tomograph_net_stream_received_bytes_total{listener}
class StreamServer {
 public:
    /// Accepts from the moment it returns.
    /// errors  invalid  a bad address   unavailable  the address is taken
    static Result<std::unique_ptr<StreamServer>> start(IoPool& pool, StreamServerOptions options,
                                                       MakeStreamSession make_session,
                                                       MetricsRegistry& metrics);
    /// As stop().
    ~StreamServer();

    const std::string& address() const;

    /// Stops accepting and reading, waits until what is held was let go or the deadline, then
    /// closes all. Blocks; not from an I/O thread.
    void stop(Duration deadline = {});

 private:
    struct Impl;
    explicit StreamServer(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace tomograph
