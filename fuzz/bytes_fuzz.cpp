#include "base/bytes.h"

#include <cstdint>
#include <string>

#include "base/assert.h"

using tomograph::ByteReader;
using tomograph::ByteWriter;

namespace {

/// Reads one value of the kind that `kind` picks; if it was there, writing it must read back the
/// same.
void check_round_trip(ByteReader& reader, std::uint8_t kind) {
    std::string bytes;
    ByteWriter writer(bytes);
    switch (kind % 4) {
        case 0: {
            const std::uint64_t value = reader.varint();
            writer.varint(value);
            ASSERT(ByteReader(bytes).varint() == value);
            break;
        }
        case 1: {
            const std::int64_t value = reader.signed_varint();
            writer.signed_varint(value);
            ASSERT(ByteReader(bytes).signed_varint() == value);
            break;
        }
        case 2: {
            const auto value = reader.fixed<std::uint32_t>();
            writer.fixed(value);
            ASSERT(ByteReader(bytes).fixed<std::uint32_t>() == value);
            break;
        }
        default: {
            const std::string_view value = reader.text();
            writer.text(value);
            ASSERT(ByteReader(bytes).text() == value);
            break;
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteReader reader(std::string_view(reinterpret_cast<const char*>(data), size));
    while (reader.remaining() > 0) {
        const auto kind = reader.fixed<std::uint8_t>();
        const std::size_t before = reader.remaining();
        check_round_trip(reader, kind);
        ASSERT(reader.remaining() <= before);
        if (reader.failed()) ASSERT(reader.remaining() == 0 && reader.text().empty());
    }
    return 0;
}
