#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tomograph {

/// Of whom the ARNs that this server gives speak.
struct ArnScope {
    std::string region = "us-east-1";
    std::string account_id = "000000000000";
};

/// "arn:aws:xray:us-east-1:000000000000:group/shop/<52 letters and digits>": of no other group,
/// also when one of that name is made again. errors: io (no random numbers)
Result<std::string> make_group_arn(const ArnScope& scope, std::string_view name);

/// "arn:aws:xray:us-east-1:000000000000:sampling-rule/shop"
std::string make_rule_arn(const ArnScope& scope, std::string_view name);

}  // namespace tomograph
