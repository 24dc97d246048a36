#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "net/http_body_stream.h"
#include "net/http_message.h"

namespace tomograph {

/// One server-sent event. json: one line.
///
///   event: trace
///   data: {"Id":"1-…"}
std::string event_text(std::string_view event, std::string_view json);

/// Server-sent events on their way to one client.
///
/// Copies are the same stream. Threads: any.
class EventStream {
 public:
    EventStream();

    /// The reply that it is the body of. Once.
    HttpReply reply() const;

    /// json  one line. False when the client has gone. Waits while it is slow: not from an I/O
    /// thread
    bool send(std::string_view event, std::string_view json);
    /// events  event_text() of one or several: all of them are sent, or none
    /// False when the client has gone, or is too slow to take them now.
    bool try_send(std::string_view events);
    /// A comment, which keeps the connection from looking dead.
    void keep_alive();
    void end() { stream_->end(); }
    bool is_closed() const { return stream_->is_closed(); }

 private:
    std::shared_ptr<HttpBodyStream> stream_;
};

}  // namespace tomograph
