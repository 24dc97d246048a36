#pragma once

#include <atomic>
#include <memory>

#include "net/http_message.h"

namespace tomograph {

class HttpConnection;

/// The other end of an HttpRespond: answers its request once, with a 500 when it is dropped
/// unanswered, and not at all when the connection has gone. Threads: any.
class ReplySlot {
 public:
    explicit ReplySlot(std::weak_ptr<HttpConnection> connection);
    ~ReplySlot();
    ReplySlot(const ReplySlot&) = delete;
    ReplySlot& operator=(const ReplySlot&) = delete;

    void answer(HttpReply reply);

 private:
    std::weak_ptr<HttpConnection> connection_;
    std::atomic<bool> answered_{false};
};

}  // namespace tomograph
