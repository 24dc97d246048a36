#pragma once

#include <string>

#include "net/http_message.h"

namespace tomograph {

/// Status line and headers of a reply, with Content-Length, Date and Connection.
std::string reply_head(const HttpReply& reply, bool keep_alive);

/// Whether a reply of this status has a body at all.
bool status_has_body(int status);
/// Whether the status is final and no header could break out of its line.
bool is_sendable(const HttpReply& reply);

}  // namespace tomograph
