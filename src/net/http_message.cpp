#include "net/http_message.h"

#include "base/ascii.h"

namespace tomograph {

std::string_view HttpRequest::header(std::string_view name) const {
    for (const HttpHeader& header : headers)
        if (equals_ignoring_case(header.name, name)) return header.value;
    return {};
}

}  // namespace tomograph
