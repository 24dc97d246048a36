#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "net/http_message.h"
#include "net/http_service.h"

namespace tomograph {

/// The server's end of one HTTP/2 connection, without its socket and without a clock: bytes in,
/// requests out; replies in, bytes out.
///
///   session.feed(bytes, now);
///   while (auto request = session.next_request()) … session.answer(request->stream, reply, now);
///   session.produce(out, now);                      // until it adds nothing
///
/// Every bound of HttpLimits and of limits.h is kept while reading. A request that breaks one is
/// answered and its stream reset; a client that breaks one of the connection gets a GOAWAY that
/// says why, and the connection is over. The bytes of bodies have their place in the service's
/// budget before the client may send more.
///
/// Threads: one, but for `wake`, which is called from any.
class Http2Session {
 public:
    struct Request {
        std::uint32_t stream = 0;
        HttpRequest request;  ///< without peer_address and is_encrypted
    };

    /// service  borrowed
    /// wake     the stream's reply may have more to send: call on_more() on the session's thread
    Http2Session(HttpService& service, std::function<void(std::uint32_t stream)> wake,
                 Duration now);
    /// Nobody gets an answer any more; whose requests were not answered are told so.
    ~Http2Session();
    Http2Session(const Http2Session&) = delete;
    Http2Session& operator=(const Http2Session&) = delete;

    /// Bytes from the client, from its preface on.
    void feed(std::string_view bytes, Duration now);
    /// The next request that is whole; nothing while enough of them run, or enough waits to be
    /// sent. Each must be answered.
    std::optional<Request> next_request(Duration now);
    /// The answer to a request. The client may have reset the stream: then it is lost.
    void answer(std::uint32_t stream, HttpReply reply, Duration now);
    void on_more(std::uint32_t stream, Duration now);
    /// Adds frames to `out`, about http2_output_bytes at most; none when there is nothing to say.
    void produce(std::string& out, Duration now);
    void check_deadlines(Duration now);
    /// Takes what is on its way, answers it, and is over.
    void begin_stop(Duration now);

    /// No more will come of it, but for what was produced.
    bool is_over() const;
    /// False when feed() would do nothing.
    bool wants_bytes() const;
    /// Whether a request is half received: its client would be cut short.
    bool is_receiving() const;

    struct Impl;  ///< for session*.cpp

 private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace tomograph
