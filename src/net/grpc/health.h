#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tomograph {

/// The service that a grpc.health.v1.HealthCheckRequest names (field 1); "" is the server as a
/// whole. Nothing when the message is not well formed.
std::optional<std::string> read_health_request(std::string_view message);
/// A HealthCheckResponse: SERVING or NOT_SERVING.
std::string health_response(bool is_serving);

}  // namespace tomograph
