#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace tomograph {

struct TomlEntry {
    std::string
        key;  ///< with '-', as the flags are spelled; `api_addr` and `api-addr` are the same
    std::string value;  ///< as text
    unsigned line = 0;
};

struct TomlFile {
    std::string path;
    std::vector<TomlEntry> entries;
};

/// Reads a flat TOML file of strings, numbers and booleans. Without a path: ./tomo.toml, or nothing
/// when there is none. errors  invalid  "tomo.toml:3:7: …" for bad TOML, nested tables, other
/// types; a missing named file
Result<TomlFile> read_toml_file(const std::optional<std::string>& path);

}  // namespace tomograph
