#include "server/server_catalog.h"

#include "catalog/file_names.h"
#include "catalog/sqlite_catalog.h"
#include "store/file_names.h"

namespace tomograph {

ServerCatalog::ServerCatalog(const std::string& data_dir, ArnScope scope, const Clock& clock,
                             MetricsRegistry& metrics)
    : path_(join_path(data_dir, catalog_name)),
      scope_(std::move(scope)),
      clock_(clock),
      groups_(std::make_shared<GroupClasses>(metrics, scope_.account_id)) {}

void ServerCatalog::join(EmbeddedStoreOptions& options) {
    options.groups = groups_;
    options.neighbours.push_back(
        {.name = std::string(catalog_name),
         .open = [this]() -> Result<void> {
             catalog_ = TRY(open_sqlite_catalog(path_, clock_));
             return groups_->load(*catalog_, scope_);
         },
         .copy_to = [this](const std::string& path) { return catalog_->copy_to(path); }});
}

Result<void> verify_catalog_in(FileSystem& files, const std::string& directory,
                               VerifyReport& report) {
    const std::string path = join_path(directory, catalog_name);
    if (!TRY(files.exists(path))) return {};
    const auto verified = verify_sqlite_catalog(path);
    if (!verified && verified.error().code() == ErrorCode::corrupt)
        report.damage.push_back(
            {.file = std::string(catalog_name), .what = verified.error().message()});
    else if (!verified)
        return Error(verified.error()).within(catalog_name);
    return {};
}

}  // namespace tomograph
