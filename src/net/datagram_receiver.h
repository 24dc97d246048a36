#pragma once

#include <memory>
#include <thread>

#include "base/metrics.h"
#include "net/datagram_intake.h"

namespace tomograph {

/// The counters of one intake, shared by its receivers.
struct DatagramMetrics {
    DatagramMetrics(MetricsRegistry& registry, const std::string& listener);

    Counter& received;
    Counter& dropped_by_kernel;
    Counter& truncated;
};

/// One socket and the thread that reads it.
class DatagramReceiver {
 public:
    /// Owns the descriptor, whatever comes of it; the handler and the metrics are borrowed. Reads
    /// from now on.
    static Result<std::unique_ptr<DatagramReceiver>> start(int descriptor,
                                                           const DatagramHandler& handler,
                                                           DatagramMetrics& metrics);
    /// Reads what is queued, and joins.
    ~DatagramReceiver();
    DatagramReceiver(const DatagramReceiver&) = delete;
    DatagramReceiver& operator=(const DatagramReceiver&) = delete;

 private:
    struct Batch;
    DatagramReceiver(int descriptor, int stop_event, const DatagramHandler& handler,
                     DatagramMetrics& metrics);
    void run();
    /// Waits for datagrams; false when it is time to stop.
    bool wait() const;
    void receive_all(Batch& batch, std::size_t datagrams_max);
    void hand_over(Batch& batch, std::size_t datagrams);
    void count_kernel_drops();

    int descriptor_;
    int stop_event_;
    const DatagramHandler& handler_;
    DatagramMetrics& metrics_;
    std::uint32_t kernel_drops_seen_ = 0;
    std::thread thread_;
};

}  // namespace tomograph
