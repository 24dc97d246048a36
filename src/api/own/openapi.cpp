#include <string>

#include "api/own/openapi_text.h"
#include "api/own/own_call.h"

namespace tomograph {

void answer_openapi(const OwnContext&, OwnCall call) {
    if (!is_accepted(call)) return;
    HttpReply reply;
    reply.headers = {{"Content-Type", "application/yaml"}};
    reply.body = openapi_text();
    call.respond(std::move(reply));
}

}  // namespace tomograph
