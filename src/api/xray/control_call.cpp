#include "api/xray/control_call.h"

namespace tomograph {

ChangeOrigin origin_of(const XrayCall& call, std::string_view operation) {
    return {.who = "anonymous", .address = call.peer_address, .operation = std::string(operation)};
}

TagList read_tags(std::vector<JsonRequest> tags) {
    TagList list;
    for (JsonRequest& tag : tags) {
        std::string key = tag.required_text("Key");
        list.emplace_back(std::move(key), tag.required_text("Value"));
    }
    return list;
}

void refuse_token(JsonRequest& json) {
    if (json.text("NextToken"))
        json.refuse_value("NextToken", "is not one that this request was answered with");
}

}  // namespace tomograph
