// Fluent's forward protocol: messages in pieces end where they end, and what is read is lines.

#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "wire/fluent/forward.h"
#include "wire/fluent/msgpack.h"
#include "wire/json/json_index.h"

using namespace tomograph;

namespace {

void check_json(const std::string& text) {
    JsonIndex index;
    auto json = index.read(text);
    ASSERT(json);
    json->skip();
    ASSERT(!json->failed());
}

void check_message(std::string_view bytes) {
    const auto message = read_fluent_message(bytes);
    if (!message) return;
    const auto lines = read_fluent_entries(*message, message->entries,
                                           {.received = Instant::from_seconds(1'700'000'000),
                                            .line_bytes_max = 1 << 16,
                                            .attributes_max = 64,
                                            .bytes_max = 4096});
    if (!lines) return;
    for (const LogRecord& record : lines->batch.records) {
        ASSERT(record.stream < lines->batch.streams.size());
        ASSERT(record.attributes.size() <= 64);
        for (const LogAttribute& attribute : record.attributes) check_json(attribute.value);
        if (record.is_body_json) check_json(record.body);
    }
    for (const LogStream& stream : lines->batch.streams) check_json(stream.resource);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    // As it comes whole, and a byte after the other.
    MsgpackScan whole;
    const auto end = whole.end_of(bytes);
    MsgpackScan pieces;
    for (std::size_t i = 0; i <= bytes.size() && bytes.size() < 4096; ++i) {
        const auto there = pieces.end_of(bytes.substr(0, i));
        if (!there) {
            ASSERT(!end);
            break;
        }
        if (*there == 0) continue;
        ASSERT(end && *end == *there);
        break;
    }
    if (!end || *end == 0) {
        check_message(bytes);
        return 0;
    }
    MsgpackReader reader(bytes);
    reader.skip();
    ASSERT(!reader.failed());
    ASSERT(reader.offset() == *end);
    check_message(bytes.substr(0, *end));
    return 0;
}
