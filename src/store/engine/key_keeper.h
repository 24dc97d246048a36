#pragma once

#include <memory>
#include <optional>

#include "store/engine/store_core.h"
#include "store/keys/key_rewriter.h"

namespace tomograph {

/// Goes through the files of an encrypted store: after a change of the master key until no data key
/// is wrapped under the old one, and as long as there are files from before there was a key.
/// Belongs to the thread that maintains the store.
class KeyKeeper {
 public:
    KeyKeeper(StoreCore& core, WalWriter& wal) : core_(core), wal_(wal) {}

    /// is_merging  a part is being written whose name is not there yet
    void run(bool is_merging);

    /// No key is wrapped again and none retired while somebody has this: a backup must find all
    /// files under the keys of its keyring. Asked for by the thread that calls run(), or with its
    /// lock.
    std::shared_ptr<void> hold() const { return hold_; }

 private:
    Result<RewriteCount> pass();

    StoreCore& core_;
    WalWriter& wal_;
    std::optional<Duration> next_look_;  ///< for plain files; absent: at once
    Duration next_try_;                  ///< after a failure
    std::shared_ptr<void> hold_ = std::make_shared<char>();
};

}  // namespace tomograph
