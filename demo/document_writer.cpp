#include "demo/document_writer.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace tomograph::demo {
namespace {

constexpr std::string_view account_id = "123456789012";
constexpr std::string_view region = "eu-central-1";

JsonObject entity_members(const Entity& entity) {
    JsonObject out;
    out.text("name", entity.name).text("id", entity.id).seconds("start_time", entity.start.ns);
    if (entity.end > entity.start) out.seconds("end_time", entity.end.ns);
    if (!entity.name_space.empty()) out.text("namespace", entity.name_space);
    if (entity.error) out.boolean("error", true);
    if (entity.throttle) out.boolean("throttle", true);
    if (entity.fault) out.boolean("fault", true);
    out.append(entity.blocks);
    if (!entity.annotations.is_empty()) out.object("annotations", entity.annotations);
    if (!entity.metadata.is_empty()) {
        JsonObject spaces;
        out.object("metadata", spaces.object("default", entity.metadata));
    }
    return out;
}

JsonObject with_subsegments(const Entity& entity) {
    JsonObject out = entity_members(entity);
    std::vector<std::string> children;
    for (const Entity& child : entity.subsegments)
        children.push_back(with_subsegments(child).to_json());
    if (!children.empty()) out.array("subsegments", children);
    return out;
}

/// Each service runs on two machines; a trace stays on the same one.
JsonObject place_of(const Service& service, std::string_view trace_id) {
    const std::uint64_t machine = hash64(service.name, 7) + hash64(trace_id) % 2;
    const char zone = machine % 2 == 0 ? 'a' : 'b';
    JsonObject place;
    if (service.origin == "AWS::EC2::Instance") {
        place.text("instance_id", fmt::format("i-0{:016x}", machine));
        place.text("availability_zone", fmt::format("{}{}", region, zone));
        return JsonObject{}.object("ec2", place);
    }
    if (service.origin.starts_with("AWS::Lambda")) {
        const std::string arn =
            fmt::format("arn:aws:lambda:{}:{}:function:{}", region, account_id, service.name);
        return place.text("function_arn", arn);
    }
    place.text("container", fmt::format("{}-{:08x}", service.name, machine & 0xffffffff));
    place.text("container_id", fmt::format("{:016x}{:016x}", machine, mix64(machine)));
    place.text("task_arn",
               fmt::format("arn:aws:ecs:{}:{}:task/shop/{:016x}", region, account_id, machine));
    place.text("availability_zone", fmt::format("{}{}", region, zone));
    return JsonObject{}.object("ecs", place);
}

JsonObject segment_members(const SegmentEnvelope& envelope, JsonObject members) {
    const Service& service = envelope.service;
    members.text("trace_id", envelope.trace_id);
    if (!envelope.parent_id.empty()) members.text("parent_id", envelope.parent_id);
    members.text("origin", service.origin);
    if (!envelope.user.empty()) members.text("user", envelope.user);
    JsonObject aws = place_of(service, envelope.trace_id);
    aws.text("account_id", account_id);
    if (!service.sdk.empty()) {  // Lambda's own segment has none
        JsonObject about;
        members.object("service",
                       about.text("version", service.version).text("runtime", service.runtime));
        JsonObject sdk;
        aws.object("xray", sdk.text("sdk", service.sdk)
                               .text("sdk_version", "2.14.0")
                               .text("rule_name", "Default"));
    }
    return members.object("aws", aws);
}

}  // namespace

std::string segment_document(const SegmentEnvelope& envelope, const Entity& entity) {
    return segment_members(envelope, with_subsegments(entity)).to_json();
}

std::string in_progress_document(const SegmentEnvelope& envelope, const Entity& entity) {
    JsonObject members;
    members.text("name", entity.name).text("id", entity.id).seconds("start_time", entity.start.ns);
    members.boolean("in_progress", true).append(entity.blocks);
    return segment_members(envelope, members).to_json();
}

std::string subsegment_document(std::string_view trace_id, std::string_view parent_id,
                                const Entity& entity) {
    JsonObject members = with_subsegments(entity);
    members.text("type", "subsegment").text("trace_id", trace_id).text("parent_id", parent_id);
    return members.to_json();
}

}  // namespace tomograph::demo
