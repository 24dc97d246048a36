#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace tomograph {

/// The attributes that the mapping asks for by name, sorted. Each attribute that is read off the
/// wire is looked up here once; whoever asks for a name has its number then.
inline constexpr std::array<std::string_view, 94> known_keys = {
    "aws.account_id",
    "aws.dynamodb.table_names",
    "aws.ecs.cluster.arn",
    "aws.ecs.container.arn",
    "aws.ecs.launchtype",
    "aws.ecs.task.arn",
    "aws.ecs.task.family",
    "aws.local.service",
    "aws.log.group.arns",
    "aws.log.group.names",
    "aws.operation",
    "aws.queue.url",
    "aws.queue_url",
    "aws.region",
    "aws.remote.service",
    "aws.requestId",
    "aws.request_id",
    "aws.s3.bucket",
    "aws.service",
    "aws.sns.topic.arn",
    "aws.span.kind",
    "aws.sqs.queue.url",
    "aws.table.name",
    "aws.table_name",
    "client.address",
    "cloud.account.id",
    "cloud.availability_zone",
    "cloud.platform",
    "container.id",
    "container.image.tag",
    "container.name",
    "db.connection_string",
    "db.name",
    "db.namespace",
    "db.query.text",
    "db.statement",
    "db.system",
    "db.system.name",
    "db.user",
    "enduser.id",
    "exception.message",
    "exception.stacktrace",
    "exception.type",
    "faas.invoked_name",
    "host.id",
    "host.image.id",
    "host.type",
    "http.client_ip",
    "http.host",
    "http.method",
    "http.request.method",
    "http.response.body.size",
    "http.response.status_code",
    "http.response_content_length",
    "http.scheme",
    "http.server_name",
    "http.status_code",
    "http.target",
    "http.url",
    "http.user_agent",
    "k8s.cluster.name",
    "k8s.pod.name",
    "messaging.destination",
    "messaging.destination.name",
    "messaging.system",
    "messaging.url",
    "net.host.name",
    "net.host.port",
    "net.peer.ip",
    "net.peer.name",
    "net.peer.port",
    "network.peer.address",
    "peer.service",
    "rpc.grpc.status_code",
    "rpc.method",
    "rpc.response.status_code",
    "rpc.service",
    "rpc.system",
    "rpc.system.name",
    "server.address",
    "server.port",
    "service.name",
    "service.version",
    "telemetry.auto.version",
    "telemetry.distro.name",
    "telemetry.sdk.language",
    "telemetry.sdk.name",
    "telemetry.sdk.version",
    "url.full",
    "url.path",
    "url.query",
    "url.scheme",
    "user.id",
    "user_agent.original",
};
/// Stands for every other key.
inline constexpr std::uint8_t unknown_key = known_keys.size();

/// The number of a key that is written in the source: one that is not in the list does not compile.
class KnownKey {
 public:
    consteval KnownKey(const char* key)
        : index_(find(key)) {}  // NOLINT(google-explicit-constructor)

    std::uint8_t index() const { return index_; }

 private:
    static consteval std::uint8_t find(std::string_view key) {
        const auto at = std::lower_bound(known_keys.begin(), known_keys.end(), key);
        if (at == known_keys.end() || *at != key) throw "not in known_keys";
        return static_cast<std::uint8_t>(at - known_keys.begin());
    }

    std::uint8_t index_;
};

/// The number of a key that came in, or unknown_key. cost: some 5 ns
std::uint8_t find_known_key(std::string_view key);

}  // namespace tomograph
