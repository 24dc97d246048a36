#include "api/otlp/reflection.h"

#include "base/assert.h"
#include "wire/otlp/proto_texts.h"

namespace tomograph {

void add_otlp_reflection(GrpcService& service) {
    std::vector<ProtoFile> files;
    for (const OtlpProtoText& each : otlp_proto_texts()) {
        auto file = read_proto_file(std::string(each.name), each.text);
        ASSERT(file);
        files.push_back(*std::move(file));
    }
    service.add_reflection(std::move(files));
}

}  // namespace tomograph
