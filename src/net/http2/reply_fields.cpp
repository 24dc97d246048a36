#include "net/http2/reply_fields.h"

#include "base/ascii.h"
#include "net/http_reply_writer.h"

namespace tomograph {

namespace {

/// RFC 9113, 8.2.2: such a header makes the whole reply malformed.
bool is_of_connection(std::string_view name) {
    for (const std::string_view one :
         {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"})
        if (equals_ignoring_case(name, one)) return true;
    return false;
}

}  // namespace

ReplyFields::ReplyFields(const HttpReply& reply) : status_(std::to_string(reply.status)) {
    fields_.reserve(reply.headers.size() + 3);
    fields_.push_back({":status", status_});
    fields_.push_back({"date", http_date_now()});
    for (const HttpHeader& header : reply.headers)
        if (!is_of_connection(header.name)) fields_.push_back({header.name, header.value});
    // Where nothing follows, the end of the stream has said it; gRPC's clients take no length
    // there.
    if (reply.stream || !reply.trailers.empty() || reply.body.empty()) return;
    if (!status_has_body(reply.status)) return;
    length_ = std::to_string(reply.body.size());
    fields_.push_back({"content-length", length_});
}

ReplyFields::ReplyFields(const std::vector<HttpHeader>& trailers) {
    fields_.reserve(trailers.size());
    for (const HttpHeader& header : trailers) fields_.push_back({header.name, header.value});
}

}  // namespace tomograph
