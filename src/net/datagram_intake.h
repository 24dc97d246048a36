#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "base/result.h"
#include "base/time.h"

namespace tomograph {

struct DatagramIntakeOptions {
    std::string address;        ///< "127.0.0.1:2000", "[::1]:0", or "unix:/run/tomo.sock"
    std::size_t receivers = 1;  ///< threads; more than one shares the port (UDP only)
    std::size_t receive_buffer_bytes = 8U << 20;  ///< asked of the kernel
};

/// One wake-up's datagrams, at most 64. The views are valid during the call only.
using DatagramHandler = std::function<void(std::span<const std::string_view> datagrams)>;

/// Receives datagrams on threads of its own (recvmmsg) and counts every loss it can see:
///   tomograph_net_datagrams_received_total{listener}
///   tomograph_net_datagrams_dropped_total{listener,cause="kernel"|"truncated"}
class DatagramIntake {
 public:
    /// Receives from the moment it returns. A stale socket file of a dead process is replaced.
    /// errors  invalid  a bad address   unavailable  the address is taken
    static Result<std::unique_ptr<DatagramIntake>> start(const DatagramIntakeOptions& options,
                                                         DatagramHandler handler,
                                                         MetricsRegistry& metrics);
    /// As stop().
    ~DatagramIntake();

    const std::string& address() const;

    /// Reads what the kernel has already queued, hands it over, and ends the threads.
    void stop();

 private:
    struct Impl;
    explicit DatagramIntake(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Sends datagrams to one address, as an SDK does; never blocks. For `tomo send`, the demo and
/// benches.
class DatagramSender {
 public:
    static Result<std::unique_ptr<DatagramSender>> connect(const std::string& address);
    ~DatagramSender();

    /// errors  limit  larger than a datagram may be   unavailable  no one listens, or the buffer is
    /// full
    Result<void> send(std::string_view datagram);

    /// Whether the host has answered meanwhile that no one listens; on loopback that is known at
    /// once. Forgets the answer, so that it does not fail the next send(). errors  unavailable
    Result<void> take_refusal();

 private:
    explicit DatagramSender(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace tomograph
