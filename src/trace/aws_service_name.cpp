#include "trace/aws_service_name.h"

#include <algorithm>
#include <array>

namespace tomograph {
namespace {

constexpr auto canonical_names = std::to_array<std::string_view>({
    "Athena",
    "Bedrock",
    "CloudWatch",
    "DynamoDB",
    "EC2",
    "ECR",
    "ECS",
    "EKS",
    "EventBridge",
    "Firehose",
    "IAM",
    "KMS",
    "Kinesis",
    "Lambda",
    "RDS",
    "S3",
    "SES",
    "SNS",
    "SQS",
    "SSM",
    "STS",
    "SageMaker",
    "SecretsManager",
    "StepFunctions",
});

// Longest first: `AWS` begins the others.
constexpr auto prefixes = std::to_array<std::string_view>({"aws.sdk.", "aws::", "amazon", "aws"});

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return to_lower(x) == to_lower(y); });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

std::string_view bare_name(std::string_view name) {
    name = trimmed(name);
    for (const std::string_view prefix : prefixes) {
        if (name.size() > prefix.size() &&
            equal_ignoring_case(name.substr(0, prefix.size()), prefix)) {
            name = trimmed(name.substr(prefix.size()));
            break;
        }
    }
    if (name.size() > 2 && equal_ignoring_case(name.substr(name.size() - 2), "v2"))
        name = trimmed(name.substr(0, name.size() - 2));
    return name;
}

}  // namespace

std::string aws_service_name(std::string_view name) {
    const std::string_view bare = bare_name(name);
    for (const std::string_view canonical : canonical_names)
        if (equal_ignoring_case(bare, canonical)) return std::string(canonical);
    return std::string(bare);
}

}  // namespace tomograph
