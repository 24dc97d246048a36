#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/records.h"

namespace tomograph {

/// As they were sent: a key may stand twice.
using TagList = std::vector<std::pair<std::string, std::string>>;

/// The tags of one request.
/// errors: invalid (too many, a key twice, too long, reserved, or with other characters than AWS
/// allows)
Result<Tags> check_tags(const TagList& tags);

}  // namespace tomograph
