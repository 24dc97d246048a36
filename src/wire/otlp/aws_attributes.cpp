#include "wire/otlp/aws_attributes.h"

#include "wire/otlp/json_values.h"

namespace tomograph {
namespace {

constexpr std::string_view zone = "cloud.availability_zone";

void take_block(JsonCursor& json, OtlpAttributes& attributes, MemberNames names) {
    json.members([&](std::string_view key) {
        take_text_attribute(json, attributes, attribute_of(names, key));
    });
}

void take_log_groups(JsonCursor& json, OtlpAttributes& resource) {
    std::vector<std::string> names;
    std::vector<std::string> arns;
    json.elements([&] {
        json.members([&](std::string_view key) {
            std::vector<std::string>* to = nullptr;
            if (key == "log_group") to = &names;
            if (key == "arn") to = &arns;
            auto text = take_text(json);
            if (to != nullptr && text) to->push_back(*std::move(text));
        });
    });
    if (!names.empty()) set_attribute(resource, "aws.log.group.names", to_array(std::move(names)));
    if (!arns.empty()) set_attribute(resource, "aws.log.group.arns", to_array(std::move(arns)));
}

/// "opentelemetry for java": the language stands behind.
void take_sdk(JsonCursor& json, OtlpAttributes& resource) {
    constexpr std::string_view before_language = " for ";
    json.members([&](std::string_view key) {
        if (key == "sdk_version")
            return take_text_attribute(json, resource, "telemetry.sdk.version");
        if (key != "sdk") return json.skip();
        const auto sdk = take_text(json);
        if (!sdk) return;
        set_attribute(resource, "telemetry.sdk.name", *sdk);
        if (const auto at = sdk->rfind(before_language); at != std::string::npos)
            set_attribute(resource, "telemetry.sdk.language",
                          sdk->substr(at + before_language.size()));
    });
}

/// Whether `key` is a block that tells where the caller ran; then it is taken.
bool take_place(JsonCursor& json, std::string_view key, OtlpAttributes& resource) {
    if (key == "ec2") {
        take_block(json, resource,
                   {{"instance_id", "host.id"},
                    {"instance_size", "host.type"},
                    {"ami_id", "host.image.id"},
                    {"availability_zone", zone}});
    } else if (key == "ecs") {
        take_block(json, resource,
                   {{"container", "container.name"},
                    {"container_id", "container.id"},
                    {"availability_zone", zone},
                    {"container_arn", "aws.ecs.container.arn"},
                    {"cluster_arn", "aws.ecs.cluster.arn"},
                    {"task_arn", "aws.ecs.task.arn"},
                    {"task_family", "aws.ecs.task.family"},
                    {"launch_type", "aws.ecs.launchtype"}});
    } else if (key == "eks") {
        take_block(json, resource,
                   {{"cluster_name", "k8s.cluster.name"},
                    {"pod", "k8s.pod.name"},
                    {"container_id", "container.id"}});
    } else if (key == "elastic_beanstalk") {
        take_block(json, resource,
                   {{"environment_name", "service.namespace"},
                    {"deployment_id", "service.instance.id"},
                    {"version_label", "service.version"}});
    } else if (key == "xray") {
        take_sdk(json, resource);
    } else if (key == "cloudwatch_logs") {
        take_log_groups(json, resource);
    } else {
        return false;
    }
    return true;
}

void take_call(JsonCursor& json, std::string_view key, OtlpAttributes& span) {
    if (json.kind() == JsonKind::array) {
        std::string_view name;
        if (key == "table_names") name = "aws.dynamodb.table_names";
        if (key == "resource_names") name = "aws.xray.resource_names";
        if (name.empty()) return json.skip();
        return set_attribute(span, name, to_array(take_texts(json)));
    }
    if (key == "retries") return take_attribute(json, span, "aws.xray.retries");
    const std::string name = "aws." + std::string(key);
    take_attribute(json, span, name);
}

}  // namespace

void take_aws(JsonCursor& json, OtlpAttributes& span, OtlpAttributes& resource) {
    json.members([&](std::string_view key) {
        if (take_place(json, key, resource)) return;
        if (key != "account_id") return take_call(json, key, span);
        if (const auto account = take_text(json)) {
            set_attribute(span, "aws.account_id", *account);
            set_attribute(resource, "cloud.account.id", *account);
        }
    });
}

void set_origin(OtlpAttributes& resource, std::string_view origin) {
    const MemberNames platforms = {{"AWS::EC2::Instance", "aws_ec2"},
                                   {"AWS::ECS::Container", "aws_ecs"},
                                   {"AWS::ECS::EC2", "aws_ecs"},
                                   {"AWS::ECS::Fargate", "aws_ecs"},
                                   {"AWS::EKS::Container", "aws_eks"},
                                   {"AWS::ElasticBeanstalk::Environment", "aws_elastic_beanstalk"},
                                   {"AWS::AppRunner::Service", "aws_app_runner"}};
    if (origin.empty()) return;
    const std::string_view platform = attribute_of(platforms, origin);
    if (platform.empty()) return set_attribute(resource, "aws.xray.origin", std::string(origin));
    set_attribute(resource, "cloud.platform", std::string(platform));
    if (origin == "AWS::ECS::EC2") set_attribute(resource, "aws.ecs.launchtype", "ec2");
    if (origin == "AWS::ECS::Fargate") set_attribute(resource, "aws.ecs.launchtype", "fargate");
}

}  // namespace tomograph
