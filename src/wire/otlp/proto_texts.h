#pragma once

#include <span>
#include <string_view>

namespace tomograph {

/// What OTLP 1.x says on the wire, for those who ask a server for it (gRPC reflection): names,
/// numbers and types, in proto3, each file behind those that it imports.
struct OtlpProtoText {
    std::string_view name;  ///< "opentelemetry/proto/trace/v1/trace.proto"
    std::string_view text;
};
std::span<const OtlpProtoText> otlp_proto_texts();

}  // namespace tomograph
