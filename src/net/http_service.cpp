#include "net/http_service.h"

#include <unistd.h>

#include <exception>

#include "base/log.h"
#include "net/accepted_socket.h"

namespace tomograph {

HttpReply HttpService::refusal_reply(int status, std::string_view sentence) const {
    try {
        if (error_body) return error_body(status, sentence);
    } catch (const std::exception& thrown) {
        log_error("HTTP error body failed", {{"error", thrown.what()}});
    }
    HttpReply reply;
    reply.status = status;
    reply.body = sentence;
    return reply;
}

AcceptedSocket::~AcceptedSocket() {
    if (descriptor >= 0) close(descriptor);
    service->ledger.leave(peer.host_key());
}

}  // namespace tomograph
