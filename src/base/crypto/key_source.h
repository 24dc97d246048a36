#pragma once

#include <string>
#include <string_view>

#include "base/crypto/secret_key.h"
#include "base/result.h"
#include "base/time.h"

namespace tomograph {

/// Where an operator keeps a master key.
struct KeySource {
    enum class Kind {
        file,         ///< `text` is a path: 32 bytes, or base64 of them; nobody else may read it
        environment,  ///< the name of a variable: base64
        command,      ///< a program and its arguments, run without a shell: either, on stdout
    };
    Kind kind = Kind::file;
    std::string text;
};

/// How long a command may take: a key service in another region answers in well under a second.
inline constexpr Duration key_command_time_max = Duration::seconds(10);

/// errors  denied   the file belongs to someone else, or others may read it
///         invalid  not a key; a command that fails
///         not_found, timeout, limit, io
/// No message holds what was read.
Result<SecretKey> read_master_key(const KeySource& source,
                                  Duration time_max = key_command_time_max);

/// 32 bytes as they are, or base64 of 32 bytes with white space behind. errors: invalid
Result<SecretKey> parse_master_key(std::string_view text);

/// What the command prints, at most key_text_bytes_max. Arguments are separated by spaces; quotes
/// of either kind keep spaces together, and nothing else is special.
Result<std::string> run_key_command(std::string_view command, Duration time_max);

/// A key is 32 or 44 bytes; what prints more is not a key.
inline constexpr std::size_t key_text_bytes_max = 1024;

}  // namespace tomograph
