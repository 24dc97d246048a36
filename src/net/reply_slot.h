#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "net/http_message.h"

namespace tomograph {

/// Takes the answers to its requests. Threads: any.
class ReplyTaker {
 public:
    virtual ~ReplyTaker() = default;
    /// request  which of several that run at once
    virtual void deliver(std::uint32_t request, HttpReply reply) = 0;
    /// As deliver() of a 500: the handler let go of the request.
    virtual void deliver_nothing(std::uint32_t request) = 0;
};

/// The other end of an HttpRespond: answers its request once, with a 500 when it is dropped
/// unanswered, and not at all when the connection has gone. Threads: any.
class ReplySlot {
 public:
    ReplySlot(std::weak_ptr<ReplyTaker> taker, std::uint32_t request);
    ~ReplySlot();
    ReplySlot(const ReplySlot&) = delete;
    ReplySlot& operator=(const ReplySlot&) = delete;

    void answer(HttpReply reply);

 private:
    std::weak_ptr<ReplyTaker> taker_;
    std::uint32_t request_;
    std::atomic<bool> answered_{false};
};

}  // namespace tomograph
