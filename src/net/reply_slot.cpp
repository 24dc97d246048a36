#include "net/reply_slot.h"

#include <utility>

#include "net/http_connection.h"

namespace tomograph {

ReplySlot::ReplySlot(std::weak_ptr<HttpConnection> connection)
    : connection_(std::move(connection)) {}

ReplySlot::~ReplySlot() {
    if (answered_.exchange(true)) return;
    if (const auto connection = connection_.lock()) HttpConnection::deliver_nothing(connection);
}

void ReplySlot::answer(HttpReply reply) {
    if (answered_.exchange(true)) return;
    if (const auto connection = connection_.lock())
        HttpConnection::deliver(connection, std::move(reply));
}

}  // namespace tomograph
