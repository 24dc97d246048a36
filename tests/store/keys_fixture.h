#pragma once

#include "base/crypto/secret_key.h"
#include "store/store_fixture.h"

namespace tomograph::testing {

inline SecretKey key_of(char letter) { return SecretKey(std::string(secret_key_bytes, letter)); }

/// One letter for each key, the active one first.
inline std::shared_ptr<const MasterKeys> keys_of(std::string_view letters) {
    auto keys =
        std::make_shared<MasterKeys>(MasterKeys{.active = key_of(letters.front()), .older = {}});
    for (const char letter : letters.substr(1)) keys->older.push_back(key_of(letter));
    return keys;
}

inline EmbeddedStoreOptions sealed_options(std::string_view letters = "a") {
    EmbeddedStoreOptions options = small_options();
    options.master_keys = keys_of(letters);
    return options;
}

/// Every file below `directory` with its bytes.
inline std::vector<std::pair<std::string, std::string>> all_files(FileSystem& files,
                                                                  const std::string& directory) {
    std::vector<std::pair<std::string, std::string>> found;
    auto names = files.list(directory);
    REQUIRE(names);
    for (const std::string& name : *names) {
        const std::string path = directory + "/" + name;
        if (files.list(path)) {
            for (auto& below : all_files(files, path)) found.push_back(std::move(below));
            continue;
        }
        auto bytes = read_file(files, path, 1 << 30);
        REQUIRE(bytes);
        found.emplace_back(path, std::move(*bytes));
    }
    return found;
}

}  // namespace tomograph::testing
