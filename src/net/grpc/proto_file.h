#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tomograph {

/// A .proto file as reflection tells of it.
struct ProtoFile {
    std::string name;                  ///< as others import it
    std::vector<std::string> imports;  ///< names of files
    std::vector<std::string>
        symbols;  ///< full names of messages, enums, services and methods, without a leading dot
    std::string descriptor;  ///< a google.protobuf.FileDescriptorProto, its bytes
};

/// Reads a file that is written in these parts of proto3: package, import, message (nested too),
/// field (repeated, optional, oneof), reserved, enum, service, rpc (stream). Types of other files
/// are named in full. Comments are for people.
///
/// errors  invalid, with the line; for texts of our own, so a caller may insist
Result<ProtoFile> read_proto_file(std::string name, std::string_view text);

}  // namespace tomograph
