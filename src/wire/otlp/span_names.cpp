#include "wire/otlp/span_names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "wire/otlp/attribute_lookup.h"

namespace tomograph {
namespace {

bool is_call(WireKind kind) { return kind == WireKind::client || kind == WireKind::producer; }

bool is_local_root(const WireSpan& span) {
    if (span.parent_span_id.empty()) return true;
    if ((span.flags & flag_knows_remote) != 0) return (span.flags & flag_is_remote) != 0;
    const std::string_view said = text_of(span.attributes, {"aws.span.kind"});
    if (!said.empty()) return said == "LOCAL_ROOT";
    return span.known_kind() == WireKind::server || span.known_kind() == WireKind::consumer;
}

/// Behind the last of these the name of an AWS service begins.
std::string_view without_vendor(std::string_view name) {
    for (const std::string_view vendor : {"AWS.SDK.", "AWS::"})
        if (name.starts_with(vendor)) return name.substr(vendor.size());
    return name;
}

std::string database_name(const WireSpan& span) {
    const WireAttributes& said = span.attributes;
    const std::string_view system = text_of(said, {"db.system.name", "db.system"});
    if (system.empty()) return {};
    const std::string_view database = text_of(said, {"db.namespace", "db.name"});
    const std::string_view host =
        text_of(said, {"server.address", "net.peer.name", "network.peer.address", "net.peer.ip"});
    if (database.empty()) return std::string(host.empty() ? system : host);
    return host.empty() ? std::string(database) : std::string(database) + "@" + std::string(host);
}

}  // namespace

SpanPart part_of(const WireSpan& span) {
    if (!is_local_root(span)) return SpanPart::subsegment;
    return is_call(span.known_kind()) ? SpanPart::segment_and_call : SpanPart::segment;
}

std::string_view service_name(const WireSpan& span, const WireResource& resource) {
    const std::string_view local = text_of(span.attributes, {"aws.local.service"});
    if (!local.empty()) return local;
    const std::string_view name = text_of(resource.attributes, {"service.name"});
    return name.empty() ? std::string_view("unknown_service") : name;
}

CallNamespace call_namespace(const WireSpan& span) {
    if (!is_call(span.known_kind())) return CallNamespace::none;
    const std::string_view system = text_of(span.attributes, {"rpc.system.name", "rpc.system"});
    const bool is_aws = system == "aws-api" || !text_of(span.attributes, {"aws.service"}).empty();
    return is_aws ? CallNamespace::aws : CallNamespace::remote;
}

std::string_view call_name(const WireSpan& span, std::string& scratch) {
    const WireAttributes& said = span.attributes;
    const CallNamespace place = call_namespace(span);
    if (place == CallNamespace::none) return span.name;
    if (place == CallNamespace::aws)
        return without_vendor(text_of(said, {"aws.service", "rpc.service", "aws.remote.service"}));
    const std::string_view service = text_of(said, {"aws.remote.service", "peer.service"});
    if (!service.empty()) return service;
    scratch = database_name(span);
    if (!scratch.empty()) return scratch;
    const std::string_view other =
        text_of(said, {"messaging.destination.name", "messaging.destination", "server.address",
                       "http.host", "net.peer.name", "rpc.service", "network.peer.address"});
    return other.empty() ? span.name : other;
}

std::string_view origin_of(const WireResource& resource) {
    const std::string_view platform = text_of(resource.attributes, {"cloud.platform"});
    if (platform == "aws_ecs") {
        const std::string_view launch = text_of(resource.attributes, {"aws.ecs.launchtype"});
        if (launch == "ec2") return "AWS::ECS::EC2";
        if (launch == "fargate") return "AWS::ECS::Fargate";
        return "AWS::ECS::Container";
    }
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> origins = {{
        {"aws_app_runner", "AWS::AppRunner::Service"},
        {"aws_eks", "AWS::EKS::Container"},
        {"aws_elastic_beanstalk", "AWS::ElasticBeanstalk::Environment"},
        {"aws_ec2", "AWS::EC2::Instance"},
        {"aws_lambda", "AWS::Lambda::Function"},
        {"aws_apigateway", "AWS::ApiGateway::Stage"},
    }};
    const auto found = std::find_if(origins.begin(), origins.end(),
                                    [&](const auto& each) { return each.first == platform; });
    return found == origins.end() ? std::string_view() : found->second;
}

}  // namespace tomograph
