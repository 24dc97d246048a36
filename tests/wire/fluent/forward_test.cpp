#include "wire/fluent/forward.h"

#include <doctest/doctest.h>

#include "wire/fluent/msgpack.h"
#include "wire/limits.h"

namespace tomograph {
namespace {

using namespace std::string_literals;

// MessagePack by hand, for tests.
std::string text(std::string_view value) {
    REQUIRE(value.size() < 32);
    return static_cast<char>(0xa0 | value.size()) + std::string(value);
}
std::string list(std::initializer_list<std::string> values) {
    std::string bytes(1, static_cast<char>(0x90 | values.size()));
    for (const std::string& value : values) bytes += value;
    return bytes;
}
std::string map(std::initializer_list<std::pair<std::string, std::string>> members) {
    std::string bytes(1, static_cast<char>(0x80 | members.size()));
    for (const auto& [key, value] : members) bytes += text(key) + value;
    return bytes;
}
std::string binary(std::string_view bytes) {
    return "\xc4"s + static_cast<char>(bytes.size()) + std::string(bytes);
}
const std::string event_time = "\xd7\x00\x65\x53\xf1\x00\x00\x00\x00\x05"s;

FluentLines read(const std::string& bytes) {
    const auto message = read_fluent_message(bytes);
    REQUIRE_MESSAGE(message, (message ? "" : message.error().message()));
    const auto lines = read_fluent_entries(*message, message->entries,
                                           {.received = Instant::from_seconds(9),
                                            .line_bytes_max = 200,
                                            .attributes_max = 8,
                                            .bytes_max = 4096});
    REQUIRE_MESSAGE(lines, (lines ? "" : lines.error().message()));
    return *lines;
}

std::string error_of(const std::string& bytes) {
    const auto message = read_fluent_message(bytes);
    if (!message) return message.error().message();
    const auto lines = read_fluent_entries(
        *message, message->entries,
        {.received = {}, .line_bytes_max = 200, .attributes_max = 8, .bytes_max = 4096});
    return lines ? "" : lines.error().message();
}

}  // namespace

TEST_CASE("every mode of the protocol brings its lines") {
    const std::string record = map({{"log", text("hello\n")}, {"n", "\x07"}});
    const std::string entry = list({event_time, record});
    const std::string options = map({{"chunk", text("c")}});
    for (const std::string& bytes :
         {list({text("tag"), event_time, record, options}), list({text("tag"), list({entry})}),
          list({text("tag"), list({entry}), options}), list({text("tag"), binary(entry), options}),
          list({text("tag"), binary(list({list({event_time, map({})}), record}))})}) {
        const FluentLines lines = read(bytes);
        REQUIRE(lines.batch.records.size() == 1);
        const LogRecord& line = lines.batch.records.front();
        CHECK(line.body == "hello");
        CHECK(line.time == Instant{0x6553f100LL * 1'000'000'000 + 5});
        CHECK(line.attributes == std::vector<LogAttribute>{{"n", "7"}});
        CHECK(lines.batch.streams.front().service == "tag");
    }
    CHECK(read_fluent_message(list({text("t"), event_time, record, options}))->chunk == "c");
    CHECK(read(list({text("t"), "\x00"s, record})).batch.records.front().time ==
          Instant::from_seconds(9));
}

TEST_CASE("what FireLens and Kubernetes say of the writer is its resource") {
    const FluentLines lines = read(
        list({text("cart-firelens"), event_time,
              map({{"log", text("x")},
                   {"container_name", text("/cart")},
                   {"ecs_cluster", text("prod")},
                   {"source", text("stderr")},
                   {"kubernetes",
                    map({{"pod_name", text("p-1")}, {"labels", map({{"a", text("b")}})}})}})}));
    CHECK(lines.batch.streams.front().service == "cart");
    CHECK(lines.batch.streams.front().resource ==
          R"({"aws.ecs.cluster.name":"prod","container.name":"/cart","k8s.pod.name":"p-1",)"
          R"("fluent.tag":"cart-firelens"})");
    CHECK(lines.batch.records.front().attributes ==
          std::vector<LogAttribute>{{"source", R"("stderr")"},
                                    {"kubernetes.labels", R"({"a":"b"})"}});
}

TEST_CASE("values of every type come as JSON, broken text is mended") {
    const FluentLines lines =
        read(list({text("t"), event_time,
                   map({{"message", text("m")},
                        {"nil", "\xc0"},
                        {"yes", "\xc3"},
                        {"minus", "\xd0\x80"s},
                        {"large", "\xcf\xff\xff\xff\xff\xff\xff\xff\xff"s},
                        {"half", "\xcb\x3f\xe0\x00\x00\x00\x00\x00\x00"s},
                        {"bad", text("\xff")},
                        {"list", list({"\x01", map({{"k", binary("\x01\x02")}})})}})}));
    CHECK(lines.batch.records.front().attributes ==
          std::vector<LogAttribute>{{"nil", "null"},
                                    {"yes", "true"},
                                    {"minus", "-128"},
                                    {"large", "18446744073709551615"},
                                    {"half", "0.5"},
                                    {"bad", "\"\xef\xbf\xbd\""},
                                    {"list", R"([1,{"k":{"$bytes":"AQI="}}])"}});
}

TEST_CASE("what is no message says why, and a line beyond the bounds is left out") {
    CHECK(error_of(list({text("PING"), text("a"), text("b"), text("c"), text("d"), text("e")}))
              .find("shared key") != std::string::npos);
    CHECK(error_of(text("x")) == "forward message: it is no array");
    CHECK(error_of(list({"\x01", "\x01"})) == "forward message: its tag is no text");
    CHECK(error_of(list({text("t"), event_time})) ==
          "forward message: it has a time and no record");
    CHECK(error_of(list({text("t"), event_time, "\x01"})) == "forward message: a record is no map");
    CHECK(error_of(list({text("t"), list({"\x01"})})) ==
          "forward message: an entry is no pair of time and record");
    CHECK(error_of(list({text("t"), binary("\x92\x01")})) != "");
    std::string deep = "\x01";
    for (int i = 0; i < 40; ++i) deep = list({deep});
    CHECK(error_of(list({text("t"), event_time, map({{"deep", deep}})})) ==
          "MessagePack value is nested too deep");

    const std::string large = map({{"log", "\xd9\xff"s + std::string(255, 'x')}});
    const FluentLines lines =
        read(list({text("t"), list({list({event_time, large}),
                                    list({event_time, map({{"log", text("kept")}})})})}));
    CHECK(lines.rejected == 1);
    CHECK(lines.batch.records.size() == 1);
    CHECK(lines.why.find("at most 200") != std::string::npos);
}

TEST_CASE("the end of a value is found while its bytes come in") {
    const std::string bytes = list({text("t"), event_time, map({{"a", list({"\x01", "\xc0"})}})});
    MsgpackScan scan;
    for (std::size_t i = 0; i < bytes.size(); ++i) CHECK(*scan.end_of(bytes.substr(0, i)) == 0);
    CHECK(*scan.end_of(bytes + "more") == bytes.size());
    scan.reset();
    CHECK_FALSE(scan.end_of("\xc1"));
    // A count of four billion allocates and loops over nothing.
    const std::string billions = "\xdd\xff\xff\xff\xff\x01"s;
    MsgpackReader reader(billions);
    reader.skip();
    CHECK(reader.failed());
}

TEST_CASE("acknowledgements name the chunk, short or long") {
    CHECK(fluent_ack("ab") ==
          "\x81\xa3"
          "ack\xa2"
          "ab");
    const std::string chunk(40, 'z');
    const std::string ack = fluent_ack(chunk);
    MsgpackReader reader(ack);
    CHECK(reader.next().count == 1);
    CHECK(reader.next().text == "ack");
    CHECK(reader.next().text == chunk);
    CHECK(reader.at_end());
}

TEST_CASE("a message has so many entries, bytes of lines, and of its tag") {
    const auto of = [](const std::string& tag, const std::string& entry, std::size_t count) {
        std::string entries;
        for (std::size_t i = 0; i < count; ++i) entries += entry;
        std::string size;
        for (int shift = 24; shift >= 0; shift -= 8)
            size += static_cast<char>(entries.size() >> shift & 0xff);
        return "\x92"s + tag + "\xc6" + size + entries;
    };
    const auto fault = [](const std::string& bytes) {
        const auto message = read_fluent_message(bytes);
        if (!message) return message.error().message();
        const auto lines = read_fluent_entries(
            *message, message->entries,
            {.received = {}, .line_bytes_max = 200, .attributes_max = 8, .bytes_max = 1U << 20});
        return lines ? std::string() : lines.error().message();
    };
    CHECK(fault(of(text("t"), "\x92\x00\x80"s, fluent_entries_max)) == "");
    CHECK(fault(of(text("t"), "\x92\x00\x80"s, fluent_entries_max + 1)) ==
          "forward message: more than 524288 entries");
    const std::string line = "\x92\x00"s + map({{"log", "\xc4\x64"s + std::string(100, 'x')}});
    CHECK(fault(of(text("t"), line, 20'000)) ==
          "forward message: lines of more than 1048576 bytes");
    const std::string tag = "\xc5\x10\x01"s + std::string(4097, 't');
    CHECK(fault(of(tag, line, 1)) == "forward message: a tag of 4097 bytes, at most 4096");
}

}  // namespace tomograph
