#include "server/toml_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <toml++/toml.h>

namespace tomograph {
namespace {

constexpr auto default_path = "tomo.toml";
constexpr std::uintmax_t file_bytes_max = 1 << 20;  // a settings file is a page, not a program

Result<std::string> value_text(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* truth = node.as_boolean()) return std::string(truth->get() ? "true" : "false");
    return Error(ErrorCode::invalid, "a string, a whole number or true/false is needed");
}

}  // namespace

Result<TomlFile> read_toml_file(const std::optional<std::string>& path) {
    TomlFile file;
    file.path = path.value_or(default_path);
    std::error_code failed;
    const std::uintmax_t bytes = std::filesystem::file_size(file.path, failed);
    if (failed) {
        if (!path) return file;
        return Error(ErrorCode::invalid, fmt::format("{}: {}", file.path, failed.message()));
    }
    if (bytes > file_bytes_max)
        return Error(ErrorCode::invalid, fmt::format("{}: {} bytes; a settings file has {} at most",
                                                     file.path, bytes, file_bytes_max));
    try {
        const toml::table table = toml::parse_file(file.path);
        for (const auto& [key, node] : table) {
            const unsigned line = node.source().begin.line;
            const std::string value =
                TRY_WITHIN(fmt::format("{}:{}: {}", file.path, line, key.str()), value_text(node));
            TomlEntry entry{std::string(key.str()), value, line};
            std::replace(entry.key.begin(), entry.key.end(), '_', '-');
            file.entries.push_back(std::move(entry));
        }
    } catch (const toml::parse_error& error) {
        const auto place = error.source().begin;
        return Error(ErrorCode::invalid, fmt::format("{}:{}:{}: {}", file.path, place.line,
                                                     place.column, error.description()));
    }
    return file;
}

}  // namespace tomograph
