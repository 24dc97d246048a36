#pragma once

#include <string>
#include <string_view>

namespace tomograph {

/// The type of a queue's node; its name is the address of the queue.
inline constexpr std::string_view queue_type = "AWS::SQS::Queue";

/// One spelling for the many that SDKs use for the same AWS service: `AmazonDynamoDBv2`, `dynamodb`
/// and `AWS.SDK.DynamoDB` are `DynamoDB`. Services that are not in the table keep their own
/// spelling, without the prefix and the `v2`.
std::string aws_service_name(std::string_view name);

}  // namespace tomograph
