#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "net/http_body_stream.h"
#include "net/http_request_reader.h"
#include "net/reply_slot.h"
#include "net/server_connection.h"

namespace tomograph {

/// A connection that speaks HTTP/1.1, a state machine on one loop: it tries, and when the kernel
/// would block it waits for just that. At most one request runs at a time, and while it runs the
/// socket is not read. When the handshake or the first bytes say that the client speaks HTTP/2, an
/// Http2Connection takes its place.
///
///   handshake -> reading -> running -> writing -> reading ...
///                   |                  writing <-> streaming, when the body is made meanwhile
///                   \-----------------> writing -> lingering -> closed
///
/// While it runs or streams it is watched whether the client goes: then the request is marked so.
///
/// Every member on the loop's thread, but for deliver().
class HttpConnection final : public ServerConnection,
                             public ReplyTaker,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
    explicit HttpConnection(ConnectionSocket socket);

    void start() override;
    void check_deadline(Duration now) override;
    void begin_stop() override;
    void close() override;

    void deliver(std::uint32_t request, HttpReply reply) override;
    void deliver_nothing(std::uint32_t request) override;

 private:
    enum class Phase { handshake, reading, running, writing, streaming, lingering, closed };
    /// What to do when the present reply is written.
    enum class Then { read_body, read_request, close, linger };
    enum class Next { again, when_readable, when_writable, parked };

    void run();
    void take_steps();
    Next step();
    Next step_handshake();
    Next step_reading();
    Next after_read(std::string_view bytes);
    Next become_http2();
    Next step_writing();
    Next step_lingering();
    Next watch_client();

    void wait_readable();
    void wait_writable();
    std::size_t feed(std::string_view bytes);
    Next after_feed();
    Next dispatch();
    Next after_reply();
    void refuse(const HttpRefusal& refusal);
    void write_reply(HttpReply reply, bool keep_alive, Then otherwise);
    void write_head(std::string head, Then then);
    Next written();
    Next write_more();
    void on_stream();
    void on_reply(HttpReply reply);
    void enter(Phase phase);
    bool is_between_requests() const;

    ConnectionSocket socket_;
    std::shared_ptr<HttpService> service_;
    IoLoop& loop_;
    HttpRequestReader reader_;
    std::string peer_text_;

    Phase phase_ = Phase::handshake;
    Duration since_;            // the phase, or the request's first byte, began
    bool had_request_ = false;  // idle between requests, not new
    bool read_first_ = false;   // bytes may be there already: read before waiting
    bool waits_readable_ = false;
    bool waits_writable_ = false;

    bool may_be_http2_ = false;  // no more has come than the beginning of its preface:
    std::string preface_;
    std::string leftover_;  // read beyond the present request
    std::size_t leftover_at_ = 0;

    bool in_handler_ = false;
    std::optional<HttpReply> inline_reply_;
    bool client_keeps_alive_ = false;
    bool client_takes_chunks_ = false;
    std::shared_ptr<std::atomic<bool>> is_client_gone_ = std::make_shared<std::atomic<bool>>(false);
    bool is_head_ = false;

    std::string head_;
    std::string body_;
    std::shared_ptr<HttpBodyStream> stream_;  // what follows body_
    bool is_chunked_ = false;
    std::size_t written_ = 0;
    Then then_ = Then::read_request;
    std::uint64_t lingered_bytes_ = 0;
};

}  // namespace tomograph
