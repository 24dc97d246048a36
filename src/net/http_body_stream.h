#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/guarded.h"

namespace tomograph {

/// The body of a reply that is made while it is sent: a bounded queue of bytes between whoever
/// writes it, on any thread, and the connection that sends it.
///
///   auto stream = std::make_shared<HttpBodyStream>(64 << 10);
///   reply.stream = HttpBodyStream::sending_end(stream);
///   respond(std::move(reply));
///   while (stream->write(next_piece())) …    // false: the client has gone
///   stream->end();
///
/// The writer must call end(), or see is_closed(), or the connection waits for ever.
class HttpBodyStream {
 public:
    /// pending_max  bytes that may wait to be sent; one piece may be larger
    explicit HttpBodyStream(std::size_t pending_max) : pending_max_(pending_max) {}

    /// Adds a piece; waits while too much is pending already. False, and nothing is added, when the
    /// client has gone. Not from an I/O thread.
    bool write(std::string_view piece);
    /// Adds a piece if there is room for it now.
    bool try_write(std::string_view piece);
    /// Nothing more will come.
    void end();
    /// The client has gone, or the server stops: whatever is written now is lost.
    bool is_closed();

    /// What goes into the reply: when all copies of it have gone, sent or not, the stream closes.
    static std::shared_ptr<HttpBodyStream> sending_end(
        const std::shared_ptr<HttpBodyStream>& stream);

    // For the connection. -------------------------------------------------------------------------

    /// wake  called, from any thread, when something was written or it ended
    void attach(std::function<void()> wake);
    /// What is pending, all of it; nothing at the end of the body.
    std::optional<std::string> take();

 private:
    struct State {
        std::string pending;
        bool is_ended = false;
        bool is_closed = false;
        std::function<void()> wake;
    };
    void close();
    bool has_room(const State& state, std::string_view piece) const;
    std::function<void()> add(State& state, std::string_view piece);

    const std::size_t pending_max_;
    Guarded<State> state_;
    std::condition_variable room_;
};

}  // namespace tomograph
