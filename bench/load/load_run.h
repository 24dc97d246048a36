#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tomograph::load {

/// Makes the requests of one connection, one after the other, in place.
class RequestSource {
 public:
    virtual ~RequestSource() = default;
    virtual const std::string& next() = 0;
};

/// units       documents or spans of a request
/// connection  counted from 0: ids must be of no other's
using MakeSource =
    std::function<std::unique_ptr<RequestSource>(std::size_t units, std::size_t connection)>;

/// Sends as fast as it goes, or as many units a second as the last argument says, and prints what
/// came of it as one line of JSON. Arguments:
///
///   [--tls] [--grpc] HOST PORT SECONDS CONNECTIONS UNITS_PER_REQUEST [UNITS_PER_SECOND]
///
/// --grpc   sends the bodies of the requests as calls of `grpc_method`
/// unit     "documents": what the figures count
/// returns  the exit status
int run_load(int argc, char** argv, const std::string& unit, const MakeSource& make,
             const std::string& grpc_method = "");

std::uint64_t wall_ns();

}  // namespace tomograph::load
