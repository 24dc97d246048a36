#include "trace/aws_service_name.h"
#include "trace/trace.h"

namespace tomograph {
namespace {

std::string trimmed(std::string_view text) {
    constexpr std::string_view white = " \t\r\n\f\v";
    const std::size_t first = text.find_first_not_of(white);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(white) - first + 1));
}

/// The resource that a call names, where the graph shows resources and not services.
ServiceKey resource(std::string_view name, std::string_view type, const SpanAws& aws) {
    return {.name = std::string(name),
            .type = std::string(type),
            .account_id = std::string(aws.account_id)};
}

ServiceKey called_aws_service(const Span& call) {
    const std::string service = aws_service_name(call.name);
    const SpanAws& aws = call.aws;
    if (service == "DynamoDB" && !aws.table_name.empty())
        return resource(aws.table_name, "AWS::DynamoDB::Table", aws);
    if (service == "SQS" && !aws.queue_url.empty()) return resource(aws.queue_url, queue_type, aws);
    if (service == "S3" && !aws.bucket_name.empty())
        return resource(aws.bucket_name, "AWS::S3::Bucket", aws);
    if (service == "Lambda" && !aws.function_name.empty())
        return resource(aws.function_name, "AWS::Lambda", aws);
    std::string type = "AWS::";
    for (const char c : service)
        if (c != ' ') type.push_back(c);
    return resource(service, type, aws);
}

}  // namespace

ServiceKey service_of_segment(const Span& segment) {
    return {.name = trimmed(segment.name),
            .type = trimmed(segment.origin),
            .account_id = std::string(segment.aws.account_id)};
}

ServiceKey inferred_service(const Span& subsegment) {
    if (subsegment.name_space == SpanNamespace::aws) return called_aws_service(subsegment);
    return {.name = trimmed(subsegment.name),
            .type = subsegment.has_sql ? "Database::SQL" : "remote",
            .account_id = ""};
}

}  // namespace tomograph
