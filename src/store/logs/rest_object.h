#pragma once

#include <string_view>

#include "store/logs/log_row.h"

namespace tomograph {

/// The attributes of a line that stand together as a JSON object: keys and values as they are in
/// it. A key with an escape stays escaped; what is no such object gives no attributes.
void read_rest_object(std::string_view object, LogRow& row);

}  // namespace tomograph
