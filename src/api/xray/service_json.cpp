#include "api/xray/service_json.h"

namespace tomograph {

void write_service_members(JsonWriter& json, const ServiceKey& service,
                           std::string_view account_id) {
    json.text("Name", service.name);
    json.begin_array("Names");
    json.text(service.name);
    json.end_array();
    const std::string_view account = service.account_id.empty() ? account_id : service.account_id;
    if (!account.empty()) json.text("AccountId", account);
    if (!service.type.empty()) json.text("Type", service.type);
}

}  // namespace tomograph
