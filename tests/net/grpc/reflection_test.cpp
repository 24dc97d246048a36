#include "net/grpc/reflection.h"

#include <doctest/doctest.h>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "net/grpc/dialogue.h"
#include "net/grpc/frame.h"

namespace tomograph {
namespace {

std::string question(std::uint32_t field, std::string_view text) {
    std::string bytes;
    protozero::pbf_writer writer(bytes);
    writer.add_string(1, "host");
    writer.add_string(field, text.data(), text.size());
    return bytes;
}

/// The fields of that number in a message, of bytes.
std::vector<std::string> fields(std::string_view message, std::uint32_t field) {
    std::vector<std::string> found;
    protozero::pbf_reader reader(message.data(), message.size());
    while (reader.next())
        if (reader.tag() == field &&
            reader.wire_type() == protozero::pbf_wire_type::length_delimited)
            found.push_back(reader.get_string());
        else
            reader.skip();
    return found;
}

std::uint64_t number(std::string_view message, std::uint32_t field) {
    protozero::pbf_reader reader(message.data(), message.size());
    std::uint64_t value = 0;
    while (reader.next(field)) value = reader.get_uint64();
    return value;
}

ProtoFile file(std::string name, std::string_view text) {
    auto read = read_proto_file(std::move(name), text);
    REQUIRE(read);
    return *std::move(read);
}

GrpcReflection reflection() {
    return {{"a.Echo"},
            {file("b.proto", "package b; message Word { string text = 1; }"),
             file("a.proto",
                  "package a; import \"b.proto\"; message Say { b.Word word = 1; } service Echo { "
                  "rpc Say(Say) returns "
                  "(b.Word); }"),
             file("c.proto", "message Lone {}")}};
}

std::vector<std::string> file_names(const std::string& answer) {
    const auto descriptors = fields(answer, 4);
    REQUIRE(descriptors.size() == 1);
    std::vector<std::string> names;
    for (const std::string& each : fields(descriptors[0], 1))
        names.push_back(fields(each, 1).at(0));
    return names;
}

}  // namespace

TEST_CASE("reflection lists services, and gives a file with what it imports") {
    const GrpcReflection server = reflection();
    const std::string list = server.answer(question(7, "*"));
    CHECK(fields(list, 1) == std::vector<std::string>{"host"});
    CHECK(fields(list, 2) == std::vector<std::string>{question(7, "*")});
    CHECK(fields(fields(fields(list, 6).at(0), 1).at(0), 1) == std::vector<std::string>{"a.Echo"});
    const std::vector<std::string> both = {"a.proto", "b.proto"};
    for (const std::string_view symbol : {"a.Echo", "a.Echo.Say", "a.Say"}) {
        CAPTURE(symbol);
        CHECK(file_names(server.answer(question(4, symbol))) == both);
    }
    CHECK(file_names(server.answer(question(3, "b.proto"))) == std::vector<std::string>{"b.proto"});
    CHECK(file_names(server.answer(question(4, "Lone"))) == std::vector<std::string>{"c.proto"});
}

TEST_CASE("reflection says in its answer what is wrong with a question") {
    const GrpcReflection server = reflection();
    const auto code = [&](const std::string& message) {
        return number(fields(server.answer(message), 7).at(0), 1);
    };
    CHECK(code(question(4, "a.Nothing")) == 5);
    CHECK(code(question(3, "nothing.proto")) == 5);
    CHECK(code(question(6, "a.Say")) == 5);
    CHECK(code(question(9, "unknown")) == 3);
    CHECK(code("") == 3);
    CHECK(code("\x0a\x09short") == 3);
    CHECK(code("\x20\x01") == 3);  // field 4 as a number
}

TEST_CASE("a .proto file becomes a descriptor: labels, types, oneofs, scopes") {
    const ProtoFile read = file("x.proto", R"(
package p.q;
// a comment
message Outer {
  reserved 4, 9;
  message Inner { Kind kind = 1; }
  enum Kind { NONE = 0; }
  repeated Inner inner = 1;
  oneof choice { string text = 2; other.Thing thing = 3; }
  optional double sum_of = 5;
}
enum Top { T = 0; U = 1; }
service S { rpc Go(stream Outer) returns (stream Outer.Inner); }
)");
    CHECK(read.symbols == std::vector<std::string>{"p.q.Outer", "p.q.Outer.Inner", "p.q.Outer.Kind",
                                                   "p.q.Top", "p.q.S", "p.q.S.Go"});
    const std::string outer = fields(read.descriptor, 4).at(0);
    const auto all = fields(outer, 2);
    REQUIRE(all.size() == 4);
    CHECK(fields(all[0], 6).at(0) == ".p.q.Outer.Inner");
    CHECK(number(all[0], 4) == 3);
    CHECK(fields(all[2], 6).at(0) == ".other.Thing");
    CHECK(number(all[2], 5) == 11);
    CHECK(fields(all[3], 10).at(0) == "sumOf");
    CHECK(number(all[3], 9) == 1);
    CHECK(number(all[3], 17) == 1);
    const auto oneofs = fields(outer, 8);
    REQUIRE(oneofs.size() == 2);
    CHECK(fields(oneofs[1], 1).at(0) == "_sum_of");
    const std::string kind = fields(fields(outer, 3).at(0), 2).at(0);
    CHECK(fields(kind, 6).at(0) == ".p.q.Outer.Kind");
    CHECK(number(kind, 5) == 14);
    const std::string go = fields(fields(read.descriptor, 6).at(0), 2).at(0);
    CHECK(fields(go, 3).at(0) == ".p.q.Outer.Inner");
    CHECK(number(go, 5) == 1);
    CHECK(number(go, 6) == 1);
}

TEST_CASE("a .proto file that is none is refused, with its line") {
    for (const std::string_view text :
         {"message", "message A {", "message A { string a = 1 }", "message A { a = 1; }", "\n;",
          "import b;", "message A { string a = x; }", "service S { Go }", "import \""}) {
        CAPTURE(text);
        const auto read = read_proto_file("x.proto", text);
        REQUIRE_FALSE(read);
        CHECK(read.error().message().find("line ") != std::string::npos);
    }
}

TEST_CASE("a dialogue answers each message, however the bytes are cut") {
    const std::string bytes =
        grpc_prefix(3, false) + "abc" + grpc_prefix(0, false) + grpc_prefix(1, false) + "d";
    for (std::size_t size = 1; size <= bytes.size(); ++size) {
        const auto out = std::make_shared<HttpBodyStream>(1000);
        GrpcDialogue dialogue(
            [](std::string_view message) { return "<" + std::string(message) + ">"; }, out);
        for (std::size_t at = 0; at < bytes.size(); at += size)
            REQUIRE(
                dialogue.add(std::string_view(bytes).substr(at, size), at + size >= bytes.size()));
        CHECK(*out->take() == grpc_prefix(5, false) + "<abc>" + grpc_prefix(2, false) + "<>" +
                                  grpc_prefix(3, false) + "<d>");
        CHECK_FALSE(out->take());
    }
}

TEST_CASE("a dialogue ends where the bytes are no messages, or the answers are not read") {
    const auto answer = [](std::string_view) { return std::string(600, 'x'); };
    const auto adds = [&](const std::string& bytes, bool is_last) {
        return GrpcDialogue(answer, std::make_shared<HttpBodyStream>(1000)).add(bytes, is_last);
    };
    CHECK(adds(grpc_prefix(0, false), true));
    CHECK_FALSE(adds(grpc_prefix(0, true), true));
    CHECK_FALSE(adds(grpc_prefix(3, false) + "ab", true));
    CHECK(adds(grpc_prefix(3, false) + "ab", false));
    CHECK_FALSE(adds(grpc_prefix(dialogue_message_bytes_max + 1, false), false));
    CHECK_FALSE(adds(grpc_prefix(0, false) + grpc_prefix(0, false), false));
    CHECK_FALSE(adds("\2abcd", false));
}

}  // namespace tomograph
