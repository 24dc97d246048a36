#include "server/offline_store.h"

#include <fmt/format.h>

#include "base/metrics.h"
#include "server/server_catalog.h"
#include "store/logs/embedded_log_store.h"
#include "store/metrics/embedded_metric_store.h"

namespace tomograph {

Result<void> with_offline_store(const std::string& data_dir, const Clock& clock,
                                const std::function<Result<void>(EmbeddedStore&)>& work) {
    const auto files = make_real_file_system();
    if (!TRY(files->exists(data_dir + "/VERSION")))
        return Error(ErrorCode::not_found, fmt::format("{} is not a data directory", data_dir));
    MetricsRegistry metrics;
    EmbeddedStoreOptions options;
    options.directory = data_dir;
    options.background = false;
    options.retention_age = {};
    options.disk_free_min_share = 0;
    ServerCatalog catalog(data_dir, {}, clock, metrics);
    catalog.join(options);
    EmbeddedLogStore logs(clock, metrics, {});
    EmbeddedMetricStore metric_store(metrics, {});
    options.signals = {&logs.signal(), &metric_store.signal()};
    auto store = EmbeddedStore::open(*files, clock, metrics, options);
    if (!store && store.error().code() == ErrorCode::conflict)
        return Error(
            ErrorCode::conflict,
            fmt::format("a server uses {}: leave --data-dir out, and it does the work", data_dir));
    if (!store) return store.error();
    auto done = work(**store);
    (*store)->close();
    return done;
}

}  // namespace tomograph
