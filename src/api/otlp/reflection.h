#pragma once

#include "net/grpc/service.h"

namespace tomograph {

/// Tells clients that ask (grpcurl, for one) which of OTLP's services were added, and what their
/// messages are.
void add_otlp_reflection(GrpcService& service);

}  // namespace tomograph
