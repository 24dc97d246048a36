#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "net/io_loop.h"
#include "net/stream_server.h"

namespace tomograph {

enum class StreamClose { by_peer, refused, too_large, too_slow, idle, unsent, total_cap, stopped };
inline constexpr std::size_t stream_closes = 8;

/// What the connections of one listener share.
struct StreamService {
    StreamService(StreamServerOptions options, MakeStreamSession make, MetricsRegistry& registry);

    const StreamServerOptions options;
    const MakeStreamSession make_session;
    Gauge& open;
    Counter& accepted;
    Counter& received_bytes;
    std::array<Counter*, stream_closes> closed{};
    std::atomic<bool> stopping{false};

    std::mutex mutex;
    std::condition_variable changed;
    std::uint32_t connections = 0;  ///< under the mutex
    std::uint64_t held = 0;         ///< of all connections; under the mutex

    bool enter();
    void leave();
    void hold(std::uint64_t bytes);
    void release(std::uint64_t bytes);
};

/// One connection: a plain state machine on its loop, as HTTP's are.
class StreamConnection final : public StreamPeer,
                               public std::enable_shared_from_this<StreamConnection> {
 public:
    StreamConnection(std::shared_ptr<StreamService> service, IoLoop& loop, int descriptor,
                     std::string peer);
    ~StreamConnection() override;

    // On the loop's thread.
    void start();
    /// Reads no more; what waits to be sent goes out.
    void stop_reading() { is_reading_stopped_ = true; }
    void close(StreamClose why, std::string_view sentence = {});

    void send(std::string bytes) override;
    void hold(std::uint64_t bytes) override;
    void release(std::uint64_t bytes) override;

 private:
    void read_some();
    void wait_to_read();
    void write_some();
    void watch_time();

    std::shared_ptr<StreamService> service_;
    IoLoop& loop_;
    WatchedDescriptor descriptor_;
    LoopTimer timer_;
    std::string peer_;
    std::unique_ptr<StreamSession> session_;
    std::string input_;
    std::string output_;
    std::atomic<std::uint64_t> held_{0};
    bool is_waiting_to_read_ = false;
    bool is_waiting_to_write_ = false;
    bool is_reading_stopped_ = false;
    bool is_open_ = true;
    bool has_come_ = false;  ///< something, since the timer was last set
};

}  // namespace tomograph
