#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/crypto/file_keys.h"
#include "store/keys/sealed_file.h"

// The first byte says whether there is a key; the rest is a telemetry file or the like, sealed or
// not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tomograph;
    if (size == 0) return 0;
    const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    static FileKeys keys(7, {.key = SecretKey(std::string(secret_key_bytes, 'k')), .version = 1},
                         {});
    const auto object = sealed_file_object(bytes);
    const auto text = open_file_text(data[0] % 2 == 0 ? nullptr : &keys, bytes);
    if (!text) return 0;
    if (is_sealed_file(bytes))
        ASSERT(object);
    else
        ASSERT(*text == bytes);
    return 0;
}
