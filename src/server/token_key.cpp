#include "server/token_key.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <cstring>

namespace tomograph {
namespace {

constexpr auto key_name = "/token.key";

Result<PageTokenKey> make_key() {
    PageTokenKey key;
    // Up to 256 bytes come whole once the kernel's pool is seeded (getrandom(2)).
    if (getrandom(key.bytes.data(), key.bytes.size(), 0) != static_cast<ssize_t>(key.bytes.size()))
        return error_from_errno(ErrorCode::io, "getrandom");
    return key;
}

}  // namespace

Result<PageTokenKey> load_token_key(FileSystem& files, const std::string& data_dir) {
    const std::string path = data_dir + key_name;
    PageTokenKey key;
    if (!TRY(files.exists(path))) {
        key = TRY(make_key());
        TRY(replace_file(files, path,
                         {reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()}));
        return key;
    }
    const std::string bytes = TRY(read_file(files, path, key.bytes.size()));
    if (bytes.size() != key.bytes.size())
        return Error(ErrorCode::corrupt,
                     fmt::format("{} holds {} bytes, not {}: remove it to have a new one made",
                                 path, bytes.size(), key.bytes.size()));
    std::memcpy(key.bytes.data(), bytes.data(), bytes.size());
    return key;
}

}  // namespace tomograph
