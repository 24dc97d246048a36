#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "catalog/catalog.h"
#include "service/groups/group_classes.h"
#include "store/embedded_store_options.h"
#include "store/operations/verify.h"

namespace tomograph {

/// The catalog of a data directory, and the groups that its store counts traces in. The store opens
/// it, so that nobody does who does not own the directory.
class ServerCatalog {
 public:
    /// clock, metrics  outlive it
    ServerCatalog(const std::string& data_dir, ArnScope scope, const Clock& clock,
                  MetricsRegistry& metrics);

    /// Has the store open it, and back it up. It must outlive the store.
    void join(EmbeddedStoreOptions& options);

    /// From when the store is open.
    Catalog& catalog() { return *catalog_; }
    GroupClasses& groups() { return *groups_; }

    /// Of the ARNs of its records.
    const ArnScope& scope() const { return scope_; }

 private:
    std::string path_;
    ArnScope scope_;
    const Clock& clock_;
    std::unique_ptr<Catalog> catalog_;
    std::shared_ptr<GroupClasses> groups_;
};

/// Adds what is wrong with the catalog of a directory, or of a backup; one that is not there is
/// fine. errors: invalid (a newer program made it), io
Result<void> verify_catalog_in(FileSystem& files, const std::string& directory,
                               VerifyReport& report);

}  // namespace tomograph
