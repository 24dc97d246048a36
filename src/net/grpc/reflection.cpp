#include "net/grpc/reflection.h"

#include <fmt/format.h>

#include <algorithm>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "base/assert.h"
#include "net/grpc/status.h"

namespace tomograph {
namespace {

/// Fields of ServerReflectionRequest that ask for something.
enum class Question : protozero::pbf_tag_type {
    file_by_filename = 3,
    file_containing_symbol = 4,
    file_containing_extension = 5,
    all_extension_numbers_of_type = 6,
    list_services = 7,
};

struct Request {
    std::string_view host;
    Question question{};  ///< the last of them: they are a oneof
    std::string_view text;
};

/// A number that is no Question when nothing is asked. Throws protozero::exception
Request read_request(std::string_view message) {
    Request request;
    protozero::pbf_reader reader(message.data(), message.size());
    while (reader.next()) {
        if (reader.wire_type() != protozero::pbf_wire_type::length_delimited) {
            reader.skip();
            continue;
        }
        const auto tag = reader.tag();
        const protozero::data_view bytes = reader.get_view();
        if (tag == 1) request.host = {bytes.data(), bytes.size()};
        if (tag < 3 || tag > 7) continue;
        request.question = static_cast<Question>(tag);
        request.text = {bytes.data(), bytes.size()};
    }
    return request;
}

void write_error(protozero::pbf_writer& response, GrpcStatus status, std::string_view sentence) {
    protozero::pbf_writer error(response, 7);
    error.add_int32(1, static_cast<std::int32_t>(status));
    error.add_string(2, sentence.data(), sentence.size());
}

constexpr std::string_view health_text = R"(
package grpc.health.v1;
message HealthCheckRequest { string service = 1; }
message HealthCheckResponse {
  enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
  ServingStatus status = 1;
}
service Health {
  rpc Check(HealthCheckRequest) returns (HealthCheckResponse);
  rpc Watch(HealthCheckRequest) returns (stream HealthCheckResponse);
}
)";

constexpr std::string_view reflection_text = R"(
service ServerReflection {
  rpc ServerReflectionInfo(stream ServerReflectionRequest) returns (stream ServerReflectionResponse);
}
message ServerReflectionRequest {
  string host = 1;
  oneof message_request {
    string file_by_filename = 3;
    string file_containing_symbol = 4;
    ExtensionRequest file_containing_extension = 5;
    string all_extension_numbers_of_type = 6;
    string list_services = 7;
  }
}
message ExtensionRequest { string containing_type = 1; int32 extension_number = 2; }
message ServerReflectionResponse {
  string valid_host = 1;
  ServerReflectionRequest original_request = 2;
  oneof message_response {
    FileDescriptorResponse file_descriptor_response = 4;
    ExtensionNumberResponse all_extension_numbers_response = 5;
    ListServiceResponse list_services_response = 6;
    ErrorResponse error_response = 7;
  }
}
message FileDescriptorResponse { repeated bytes file_descriptor_proto = 1; }
message ExtensionNumberResponse { string base_type_name = 1; repeated int32 extension_number = 2; }
message ListServiceResponse { repeated ServiceResponse service = 1; }
message ServiceResponse { string name = 1; }
message ErrorResponse { int32 error_code = 1; string error_message = 2; }
)";

ProtoFile own_file(std::string name, const std::string& text) {
    auto file = read_proto_file(std::move(name), text);
    ASSERT(file);
    return *std::move(file);
}

}  // namespace

GrpcReflection::GrpcReflection(std::vector<std::string> services, std::vector<ProtoFile> files)
    : services_(std::move(services)), files_(std::move(files)) {}

std::string GrpcReflection::answer(std::string_view message) const {
    std::string bytes;
    protozero::pbf_writer response(bytes);
    Request request;
    try {
        request = read_request(message);
    } catch (const protozero::exception&) {
        write_error(response, GrpcStatus::invalid_argument, "not a ServerReflectionRequest");
        return bytes;
    }
    response.add_string(1, request.host.data(), request.host.size());
    response.add_message(2, message.data(), message.size());
    const ProtoFile* file = nullptr;
    switch (request.question) {
        case Question::list_services: {
            protozero::pbf_writer list(response, 6);
            for (const std::string& service : services_)
                protozero::pbf_writer(list, 1).add_string(1, service);
            return bytes;
        }
        case Question::file_by_filename:
            file = file_named(request.text);
            break;
        case Question::file_containing_symbol:
            file = file_of(request.text);
            break;
        case Question::file_containing_extension:
        case Question::all_extension_numbers_of_type:
            write_error(response, GrpcStatus::not_found, "proto3 has no extensions");
            return bytes;
        default:
            write_error(response, GrpcStatus::invalid_argument, "nothing is asked for");
            return bytes;
    }
    if (file == nullptr) {
        write_error(response, GrpcStatus::not_found, "no such file or symbol here");
        return bytes;
    }
    protozero::pbf_writer descriptors(response, 4);
    for (const ProtoFile* each : with_imports(*file)) descriptors.add_bytes(1, each->descriptor);
    return bytes;
}

const ProtoFile* GrpcReflection::file_of(std::string_view symbol) const {
    for (const ProtoFile& file : files_)
        if (std::find(file.symbols.begin(), file.symbols.end(), symbol) != file.symbols.end())
            return &file;
    return nullptr;
}

const ProtoFile* GrpcReflection::file_named(std::string_view name) const {
    const auto found = std::find_if(files_.begin(), files_.end(),
                                    [&](const ProtoFile& each) { return each.name == name; });
    return found == files_.end() ? nullptr : &*found;
}

std::vector<const ProtoFile*> GrpcReflection::with_imports(const ProtoFile& file) const {
    std::vector<const ProtoFile*> all = {&file};
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const std::string& name : all[i]->imports)
            if (const ProtoFile* import = file_named(name);
                import != nullptr && std::find(all.begin(), all.end(), import) == all.end())
                all.push_back(import);
    return all;
}

std::vector<ProtoFile> grpc_own_files() {
    std::vector<ProtoFile> files;
    files.push_back(own_file("grpc/health/v1/health.proto", std::string(health_text)));
    for (const std::string_view version : {"v1", "v1alpha"})
        files.push_back(own_file(
            fmt::format("grpc/reflection/{}/reflection.proto", version),
            fmt::format("package grpc.reflection.{};", version) + std::string(reflection_text)));
    return files;
}

}  // namespace tomograph
