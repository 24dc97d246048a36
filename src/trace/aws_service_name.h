#pragma once

#include <string>
#include <string_view>

namespace tomograph {

/// One spelling for the many that SDKs use for the same AWS service: `AmazonDynamoDBv2`, `dynamodb`
/// and `AWS.SDK.DynamoDB` are `DynamoDB`. Services that are not in the table keep their own
/// spelling, without the prefix and the `v2`.
std::string aws_service_name(std::string_view name);

}  // namespace tomograph
