#include "net/reply_slot.h"

#include <utility>

namespace tomograph {

ReplySlot::ReplySlot(std::weak_ptr<ReplyTaker> taker, std::uint32_t request)
    : taker_(std::move(taker)), request_(request) {}

ReplySlot::~ReplySlot() {
    if (answered_.exchange(true)) return;
    if (const auto taker = taker_.lock()) taker->deliver_nothing(request_);
}

void ReplySlot::answer(HttpReply reply) {
    if (answered_.exchange(true)) return;
    if (const auto taker = taker_.lock()) taker->deliver(request_, std::move(reply));
}

}  // namespace tomograph
