#include "net/grpc/health.h"

#include <protozero/pbf_reader.hpp>

namespace tomograph {

std::optional<std::string> read_health_request(std::string_view message) {
    try {
        std::string service;
        protozero::pbf_reader reader(message.data(), message.size());
        while (reader.next()) {
            if (reader.tag() == 1 &&
                reader.wire_type() == protozero::pbf_wire_type::length_delimited)
                service = reader.get_string();
            else
                reader.skip();
        }
        return service;
    } catch (const protozero::exception&) {
        return {};
    }
}

std::string health_response(bool is_serving) {
    return {'\x08', is_serving ? '\1' : '\2'};  // field 1, a number
}

}  // namespace tomograph
