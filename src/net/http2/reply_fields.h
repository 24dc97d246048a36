#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http_message.h"

namespace tomograph {

/// The fields of a reply's header or trailers as HTTP/2 sends them. Borrows the reply.
class ReplyFields {
 public:
    struct Field {
        std::string_view name;
        std::string_view value;
    };

    /// With `:status`, Date and, when the body is known, Content-Length; without what only concerns
    /// an HTTP/1.1 connection.
    explicit ReplyFields(const HttpReply& reply);
    explicit ReplyFields(const std::vector<HttpHeader>& trailers);
    ReplyFields(const ReplyFields&) = delete;
    ReplyFields& operator=(const ReplyFields&) = delete;

    const std::vector<Field>& all() const { return fields_; }

 private:
    std::string status_;
    std::string length_;
    std::vector<Field> fields_;
};

}  // namespace tomograph
