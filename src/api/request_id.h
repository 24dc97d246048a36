#pragma once

#include <string>

namespace tomograph {

/// A random UUID (version 4) for x-amzn-RequestId: unique, not secret. Threads: any.
std::string make_request_id();

}  // namespace tomograph
