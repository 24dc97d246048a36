#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/crypto/key_source.h"

namespace tomograph {

/// A master key that PutEncryptionConfig may choose.
struct NamedKey {
    std::string alias;  ///< "alias/traces"
    KeySource source;
};

/// "alias/traces=/etc/tomo/traces.key,alias/other=…", as an operator writes them.
/// errors: invalid (no alias, no path, one twice, or more than named_keys_max)
Result<std::vector<NamedKey>> parse_named_keys(std::string_view text);

}  // namespace tomograph
