#pragma once

#include <vector>

#include "base/crypto/secret_key.h"

namespace tomograph {

/// What the operator gave.
struct MasterKeys {
    SecretKey active;
    std::vector<SecretKey> older;  ///< still to be read with, until a change of the key is done
};

}  // namespace tomograph
