#pragma once

#include <memory>

#include "base/file_system.h"
#include "base/result.h"
#include "server/settings.h"
#include "store/embedded_store_options.h"
#include "store/signal/signal.h"

namespace tomograph {

/// Reads the master keys from where the settings say; null when they name none. Each call reads
/// again. errors  as read_master_key(): "key file /etc/tomo/key: …"
Result<std::shared_ptr<const MasterKeys>> read_master_keys(const Settings& settings);

/// The same to go on with what a data directory was last written under, also when that is a key
/// that PutEncryptionConfig chose.
Result<std::shared_ptr<const MasterKeys>> read_present_keys(FileSystem& files,
                                                            const Settings& settings);

/// Of the log store, which is opened with the store.
SignalOptions log_options(const Settings& settings);
/// Of the metric store, likewise.
SignalOptions metric_options(const Settings& settings);

EmbeddedStoreOptions store_options(const Settings& settings,
                                   std::shared_ptr<const MasterKeys> keys);

}  // namespace tomograph
