#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tomograph {

struct ProtoField {
    std::string type;  ///< as written
    std::string name;
    std::int32_t number = 0;
    std::optional<std::int32_t> oneof{};  ///< index in ProtoMessage::oneofs
    bool is_repeated = false;
    bool is_optional = false;  ///< the word stands before it
};

struct ProtoEnum {
    struct Value {
        std::string name;
        std::int32_t number = 0;
    };
    std::string name;
    std::vector<Value> values;
};

struct ProtoMessage {
    std::string name;
    std::vector<ProtoField> fields;
    std::vector<std::string> oneofs;
    std::vector<ProtoMessage> messages;
    std::vector<ProtoEnum> enums;
    std::vector<std::int32_t> reserved;
};

struct ProtoService {
    struct Method {
        std::string name;
        std::string request;
        std::string response;
        bool streams_requests = false;
        bool streams_responses = false;
    };
    std::string name;
    std::vector<Method> methods;
};

/// What stands in a .proto file.
struct ProtoTree {
    std::string package;
    std::vector<std::string> imports;
    std::vector<ProtoMessage> messages;
    std::vector<ProtoEnum> enums;
    std::vector<ProtoService> services;
};

/// Reads the parts of proto3 that read_proto_file() names. errors: invalid, with the line
Result<ProtoTree> parse_proto(std::string_view text);

}  // namespace tomograph
