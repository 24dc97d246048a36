#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "net/http_message.h"

namespace tomograph {

/// Status line and headers of a reply, with Content-Length or the like, Date and Connection.
///
/// is_chunked  the body has no length; of a reply with a stream, whose body else ends with the
///             connection
std::string reply_head(const HttpReply& reply, bool keep_alive, bool is_chunked = false);

/// What stands before and behind `bytes` of a chunked body.
std::string chunk_head(std::size_t bytes);
inline constexpr std::string_view chunk_tail = "\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// "Sun, 06 Nov 1994 08:49:37 GMT", made once a second per thread.
const std::string& http_date_now();

/// Whether a reply of this status has a body at all.
bool status_has_body(int status);
/// Whether the status is final and no header could break out of its line.
bool is_sendable(const HttpReply& reply);

}  // namespace tomograph
