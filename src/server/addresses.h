#pragma once

#include <string>

#include "base/file_system.h"
#include "server/settings.h"

namespace tomograph {

/// Where the running server listens; "" for a listener left out.
struct Addresses {
    std::string api;
    std::string xray;
    std::string xray_unix;
    std::string otlp_http;
    std::string otlp_grpc;
    std::string fluent;
};

/// Writes <data-dir>/addresses.json, whole or not at all. Called when every listener accepts.
Result<void> write_addresses(FileSystem& files, const std::string& data_dir,
                             const Addresses& addresses);

/// The first lines that `tomo serve` prints: who may come in, where it listens, what to try.
std::string welcome_text(const Settings& settings, const Addresses& addresses);

/// Refuses a listener that the network can reach unless the operator said so: there is no access
/// control yet. errors: denied, naming the setting.
Result<void> check_exposure(const Settings& settings);

}  // namespace tomograph
