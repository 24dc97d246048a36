#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "net/http2/session.h"
#include "net/reply_slot.h"
#include "net/server_connection.h"

namespace tomograph {

/// A connection that speaks HTTP/2: a socket around an Http2Session. It reads, hands out what
/// requests came whole, and writes what the session has to say, each as far as the kernel goes
/// along.
///
/// Every member on the loop's thread, but for deliver().
class Http2Connection final : public ServerConnection,
                              public ReplyTaker,
                              public std::enable_shared_from_this<Http2Connection> {
 public:
    /// first_bytes  read already, from the preface on
    Http2Connection(ConnectionSocket socket, std::string first_bytes);

    void start() override;
    void check_deadline(Duration now) override;
    void begin_stop() override;
    void close() override;

    void deliver(std::uint32_t stream, HttpReply reply) override;
    void deliver_nothing(std::uint32_t stream) override;

 private:
    enum class Phase { open, lingering, closed };
    /// What a try to move bytes came to.
    enum class Moved { some, nothing, closed };

    void run();
    void take_steps();
    Moved read_some();
    Moved write_some();
    Moved linger();
    Moved wait_for(const IoResult& blocked);
    void dispatch();
    void run_soon();

    ConnectionSocket socket_;
    std::shared_ptr<HttpService> service_;
    IoLoop& loop_;
    std::string peer_text_;
    std::unique_ptr<Http2Session> session_;
    std::string first_bytes_;

    Phase phase_ = Phase::open;
    Duration since_;          // what is being written, or lingering, began
    bool read_first_ = true;  // bytes may be there already: read before waiting
    bool waits_readable_ = false;
    bool waits_writable_ = false;
    bool runs_soon_ = false;
    bool in_handler_ = false;

    std::string out_;
    std::size_t written_ = 0;
    bool lingers_for_client_ = false;
    std::uint64_t lingered_bytes_ = 0;
};

}  // namespace tomograph
