#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/grpc/proto_file.h"

namespace tomograph {

/// Which services and messages a server has, as grpc.reflection.v1.ServerReflection tells it
/// (v1alpha is the same but for the package).
class GrpcReflection {
 public:
    /// services  full names    files  theirs, and what those import
    GrpcReflection(std::vector<std::string> services, std::vector<ProtoFile> files);

    /// The ServerReflectionResponse to a ServerReflectionRequest; a message that is none is
    /// answered with an error in it.
    std::string answer(std::string_view request) const;

 private:
    const ProtoFile* file_of(std::string_view symbol) const;
    const ProtoFile* file_named(std::string_view name) const;
    /// The file, and behind it all that it imports.
    std::vector<const ProtoFile*> with_imports(const ProtoFile& file) const;

    const std::vector<std::string> services_;
    const std::vector<ProtoFile> files_;
};

/// The files of reflection itself, and of health.
std::vector<ProtoFile> grpc_own_files();

}  // namespace tomograph
