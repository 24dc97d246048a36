#include "net/grpc/proto_file.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <protozero/pbf_writer.hpp>

#include "net/grpc/proto_tree.h"

namespace tomograph {
namespace {

using Tag = protozero::pbf_tag_type;

/// FieldDescriptorProto.Type.
enum class FieldType : std::int32_t { message = 11, enumeration = 14 };
const std::map<std::string_view, std::int32_t> scalar_types = {
    {"double", 1},  {"float", 2},     {"int64", 3},     {"uint64", 4},  {"int32", 5},
    {"fixed64", 6}, {"fixed32", 7},   {"bool", 8},      {"string", 9},  {"bytes", 12},
    {"uint32", 13}, {"sfixed32", 15}, {"sfixed64", 16}, {"sint32", 17}, {"sint64", 18}};
constexpr std::int32_t label_optional = 1;
constexpr std::int32_t label_repeated = 3;

/// "trace_id" is traceId in JSON.
std::string json_name(std::string_view name) {
    std::string json;
    bool begins_word = false;
    for (const char c : name) {
        if (c != '_')
            json += begins_word && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        begins_word = c == '_';
    }
    return json;
}

std::string join(std::string_view scope, std::string_view name) {
    return scope.empty() ? std::string(name) : fmt::format("{}.{}", scope, name);
}

/// Writes the messages of descriptor.proto; the numbers are theirs.
class DescriptorWriter {
 public:
    DescriptorWriter(ProtoFile& file, const ProtoTree& tree) : file_(file), tree_(tree) {
        for (const ProtoMessage& each : tree.messages) declare(tree.package, each);
        for (const ProtoEnum& each : tree.enums)
            types_[join(tree.package, each.name)] = FieldType::enumeration;
    }

    void write() {
        protozero::pbf_writer out(file_.descriptor);
        out.add_string(1, file_.name);
        if (!tree_.package.empty()) out.add_string(2, tree_.package);
        for (const std::string& import : tree_.imports) out.add_string(3, import);
        for (const ProtoMessage& each : tree_.messages) write_message(out, 4, tree_.package, each);
        for (const ProtoEnum& each : tree_.enums) write_enum(out, 5, tree_.package, each);
        for (const ProtoService& each : tree_.services) write_service(out, each);
        out.add_string(12, "proto3");
    }

 private:
    void declare(std::string_view scope, const ProtoMessage& message) {
        const std::string name = join(scope, message.name);
        types_[name] = FieldType::message;
        for (const ProtoMessage& each : message.messages) declare(name, each);
        for (const ProtoEnum& each : message.enums)
            types_[join(name, each.name)] = FieldType::enumeration;
    }

    /// The full name that `written` has in that scope: the innermost that is declared here, else it
    /// is one already.
    std::string resolve(std::string scope, const std::string& written) const {
        for (;;) {
            std::string name = join(scope, written);
            if (types_.contains(name)) return name;
            if (scope.empty()) return written;
            const std::size_t dot = scope.rfind('.');
            scope.resize(dot == std::string::npos ? 0 : dot);
        }
    }

    void write_message(protozero::pbf_writer& outer, Tag tag, const std::string& scope,
                       const ProtoMessage& message) {
        const std::string name = join(scope, message.name);
        file_.symbols.push_back(name);
        protozero::pbf_writer out(outer, tag);
        out.add_string(1, message.name);
        // An optional field is the only one of a oneof that has its name; such come behind the
        // written ones.
        std::vector<std::string> oneofs = message.oneofs;
        for (const ProtoField& field : message.fields) {
            ProtoField placed = field;
            if (field.is_optional) {
                placed.oneof = static_cast<std::int32_t>(oneofs.size());
                oneofs.push_back("_" + field.name);
            }
            write_field(out, name, placed);
        }
        for (const ProtoMessage& each : message.messages) write_message(out, 3, name, each);
        for (const ProtoEnum& each : message.enums) write_enum(out, 4, name, each);
        for (const std::string& oneof : oneofs) protozero::pbf_writer(out, 8).add_string(1, oneof);
        for (const std::int32_t number : message.reserved) {
            protozero::pbf_writer range(out, 9);
            range.add_int32(1, number);
            range.add_int32(2, number + 1);
        }
    }

    void write_field(protozero::pbf_writer& outer, const std::string& scope,
                     const ProtoField& field) {
        protozero::pbf_writer out(outer, 2);
        out.add_string(1, field.name);
        out.add_int32(3, field.number);
        out.add_int32(4, field.is_repeated ? label_repeated : label_optional);
        if (const auto scalar = scalar_types.find(field.type); scalar != scalar_types.end()) {
            out.add_int32(5, scalar->second);
        } else {
            const std::string type = resolve(scope, field.type);
            const auto known = types_.find(type);
            out.add_int32(5, static_cast<std::int32_t>(known == types_.end() ? FieldType::message
                                                                             : known->second));
            out.add_string(6, "." + type);
        }
        if (field.oneof) out.add_int32(9, *field.oneof);
        out.add_string(10, json_name(field.name));
        if (field.is_optional) out.add_bool(17, true);
    }

    void write_enum(protozero::pbf_writer& outer, Tag tag, const std::string& scope,
                    const ProtoEnum& all) {
        file_.symbols.push_back(join(scope, all.name));
        protozero::pbf_writer out(outer, tag);
        out.add_string(1, all.name);
        for (const ProtoEnum::Value& each : all.values) {
            protozero::pbf_writer value(out, 2);
            value.add_string(1, each.name);
            value.add_int32(2, each.number);
        }
    }

    void write_service(protozero::pbf_writer& outer, const ProtoService& service) {
        const std::string name = join(tree_.package, service.name);
        file_.symbols.push_back(name);
        protozero::pbf_writer out(outer, 6);
        out.add_string(1, service.name);
        for (const ProtoService::Method& each : service.methods) {
            file_.symbols.push_back(join(name, each.name));
            protozero::pbf_writer method(out, 2);
            method.add_string(1, each.name);
            method.add_string(2, "." + resolve(tree_.package, each.request));
            method.add_string(3, "." + resolve(tree_.package, each.response));
            if (each.streams_requests) method.add_bool(5, true);
            if (each.streams_responses) method.add_bool(6, true);
        }
    }

    ProtoFile& file_;
    const ProtoTree& tree_;
    std::map<std::string, FieldType, std::less<>> types_;
};

}  // namespace

Result<ProtoFile> read_proto_file(std::string name, std::string_view text) {
    const ProtoTree tree = TRY_WITHIN(name, parse_proto(text));
    ProtoFile file{
        .name = std::move(name), .imports = tree.imports, .symbols = {}, .descriptor = {}};
    DescriptorWriter(file, tree).write();
    return file;
}

}  // namespace tomograph
