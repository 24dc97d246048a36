#include "store/keys/keyring.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "base/crc32c.h"
#include "store/file_names.h"
#include "store/limits.h"
#include "wire/json/json_index.h"

namespace tomograph {
namespace {

constexpr unsigned format = 1;
constexpr std::string_view crc_key = ",\"crc32c\"";

constexpr std::pair<MasterKeyState, std::string_view> states[] = {
    {MasterKeyState::active, "active"},
    {MasterKeyState::old, "old"},
    {MasterKeyState::retired, "retired"},
};

std::string_view name_of(MasterKeyState state) {
    for (const auto& [each, name] : states)
        if (each == state) return name;
    ASSERT(false);
    return {};
}

template <class T>
T number_of(JsonCursor& cursor, std::string_view text, int base) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) cursor.fail("not a number");
    return value;
}

KeyringEntry read_entry(JsonCursor& cursor) {
    KeyringEntry entry;
    std::string scratch;
    cursor.members([&](std::string_view key) {
        if (key == "version") {
            entry.version = number_of<std::uint32_t>(cursor, cursor.take_number(), 10);
        } else if (key == "id") {
            entry.id = {number_of<std::uint64_t>(cursor, cursor.take_string(scratch), 16)};
        } else if (key == "check") {
            entry.check = cursor.take_string(scratch);
        } else if (key == "state") {
            const std::string_view name = cursor.take_string(scratch);
            for (const auto& [state, its_name] : states)
                if (name == its_name) entry.state = state;
        } else {
            cursor.skip();
        }
    });
    return entry;
}

}  // namespace

std::string encode_keyring(const Keyring& keyring) {
    std::string text =
        fmt::format("{{\"format\":{},\"store\":\"{:016x}\",\"keys\":[", format, keyring.store_id);
    for (const KeyringEntry& entry : keyring.keys)
        text += fmt::format(
            "{}\n{{\"version\":{},\"id\":\"{:016x}\",\"state\":\"{}\",\"check\":\"{}\"}}",
            &entry == keyring.keys.data() ? "" : ",", entry.version, entry.id.value,
            name_of(entry.state), entry.check);
    text += "\n]";
    return fmt::format("{}{}:\"{:08x}\"}}\n", text, crc_key, crc32c(text));
}

Result<Keyring> decode_keyring(std::string_view text) {
    const auto covered = text.rfind(crc_key);
    if (covered == std::string_view::npos ||
        text.substr(covered) !=
            fmt::format("{}:\"{:08x}\"}}\n", crc_key, crc32c(text.substr(0, covered))))
        return Error(ErrorCode::corrupt, "checksum mismatch");
    JsonIndex index;
    JsonCursor cursor = TRY(index.read(text));
    Keyring keyring;
    unsigned its_format = 0;
    std::string scratch;
    cursor.members([&](std::string_view key) {
        if (key == "format")
            its_format = number_of<unsigned>(cursor, cursor.take_number(), 10);
        else if (key == "store")
            keyring.store_id = number_of<std::uint64_t>(cursor, cursor.take_string(scratch), 16);
        else if (key == "keys")
            cursor.elements([&] { keyring.keys.push_back(read_entry(cursor)); });
        else
            cursor.skip();
    });
    if (cursor.failed()) return Error(ErrorCode::corrupt, cursor.failure());
    if (its_format > format)
        return Error(ErrorCode::invalid,
                     fmt::format("format {}, this program reads up to {}", its_format, format));
    return keyring;
}

std::optional<MasterKeyId> active_key_of(FileSystem& files, const std::string& data_directory) {
    const auto text = read_file(files, join_path(data_directory, keyring_name), keyring_bytes_max);
    if (!text) return std::nullopt;
    const auto keyring = decode_keyring(*text);
    if (!keyring) return std::nullopt;
    for (const KeyringEntry& entry : keyring->keys)
        if (entry.state == MasterKeyState::active) return entry.id;
    return std::nullopt;
}

}  // namespace tomograph
