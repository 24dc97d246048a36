#include "base/crypto/key_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/descriptor.h"

namespace tomograph {
namespace {

constexpr std::size_t base64_bytes = 44;

Error not_a_key() {
    return Error(ErrorCode::invalid, "not a key: 32 bytes, or base64 of 32 bytes, are needed");
}

Result<std::string> read_text(const Descriptor& file, const std::string& path) {
    std::string text(key_text_bytes_max, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
        if (got == 0) break;
        if (got > 0)
            size += static_cast<std::size_t>(got);
        else if (errno != EINTR)
            return failed_call("read", path);
    }
    erase_secret(std::span(text).subspan(size));
    text.resize(size);
    return text;
}

Result<std::string> read_key_file(const std::string& path) {
    const Descriptor file = open_descriptor(path, O_RDONLY | O_NONBLOCK);
    if (!file) return failed_call("open", path);
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return failed_call("stat", path);
    if (!S_ISREG(status.st_mode))
        return Error(ErrorCode::invalid, fmt::format("key file {} is not a regular file", path));
    if (status.st_uid != ::geteuid() && status.st_uid != 0)
        return Error(
            ErrorCode::denied,
            fmt::format("key file {} belongs to user {}, not to us or root", path, status.st_uid));
    if ((status.st_mode & 077) != 0)
        return Error(
            ErrorCode::denied,
            fmt::format("key file {} has mode {:04o}: others may read it; chmod it to 0400", path,
                        status.st_mode & 07777));
    return read_text(file, path);
}

Result<std::string> read_source(const KeySource& source, Duration time_max) {
    switch (source.kind) {
        case KeySource::Kind::file:
            return read_key_file(source.text);
        case KeySource::Kind::command:
            return run_key_command(source.text, time_max);
        case KeySource::Kind::environment:
            break;
    }
    const char* value = std::getenv(source.text.c_str());
    if (value == nullptr)
        return Error(ErrorCode::not_found, fmt::format("variable {} is not set", source.text));
    return std::string(value);
}

std::string name_of(const KeySource& source) {
    switch (source.kind) {
        case KeySource::Kind::file:
            return "key file " + source.text;
        case KeySource::Kind::environment:
            return "key in variable " + source.text;
        case KeySource::Kind::command:
            break;
    }
    // Its arguments may hold a password.
    return "key command " + source.text.substr(0, source.text.find(' '));
}

}  // namespace

Result<SecretKey> parse_master_key(std::string_view text) {
    if (text.size() == secret_key_bytes) return SecretKey(text);
    const auto last = text.find_last_not_of(" \t\r\n");
    text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
    if (text.size() != base64_bytes || text[base64_bytes - 1] != '=' ||
        text[base64_bytes - 2] == '=')
        return not_a_key();
    std::string bytes(secret_key_bytes + 1, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    if (size != static_cast<int>(bytes.size())) return not_a_key();
    SecretKey key(std::string_view(bytes).substr(0, secret_key_bytes));
    erase_secret(bytes);
    return key;
}

Result<SecretKey> read_master_key(const KeySource& source, Duration time_max) {
    std::string text = TRY(read_source(source, time_max));
    auto key = parse_master_key(text);
    erase_secret(text);
    if (!key) return std::move(key).error().within(name_of(source));
    return key;
}

}  // namespace tomograph
