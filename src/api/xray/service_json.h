#pragma once

#include <string_view>

#include "api/json_writer.h"
#include "model/service.h"

namespace tomograph {

/// Writes a service's Name, Names, AccountId and Type as members of the object that is open. A
/// service without an account gets `account_id` ("" for none); one without a type has no Type.
void write_service_members(JsonWriter& json, const ServiceKey& service,
                           std::string_view account_id);

}  // namespace tomograph
