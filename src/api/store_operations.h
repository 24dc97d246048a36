#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "api/route.h"
#include "base/guarded.h"
#include "base/worker_pool.h"
#include "net/http_message.h"
#include "store/embedded_store.h"

namespace tomograph {

/// Long operations on the store, asked for over HTTP; one at a time, on a thread of their own:
///
///   POST /api/v1/backup     {"Destination":"monday","Previous":"sunday"}   → {"Id":3}
///   POST /api/v1/compact    {}                                             → {"Id":4}
///   GET  /api/v1/operation  how far the last one is
///       {"Id":4,"Kind":"compact","State":"running","DoneBytes":…,"TotalBytes":…}
///       State is running, done or failed; then with Error, or with what came of it
///
/// Destinations are names below the directory that the operator set (--backup-dir), nothing else.
/// POST wants Content-Type application/json: no web page of another site can send that unasked.
///
/// threads  handle() any; never blocks on the disk
class StoreOperations {
 public:
    /// backup_directory  "": backups over HTTP are refused
    StoreOperations(EmbeddedStore& store, std::string backup_directory);

    static std::span<const ApiRoute> routes();

    /// Nothing for any other path.
    std::optional<HttpReply> handle(const HttpRequest& request);

 private:
    enum class State { running, done, failed };
    struct Operation {
        std::int64_t id = 0;  ///< 0: there was none yet
        std::string_view kind;
        State state = State::done;
        StoreProgress progress;
        SnapshotReport report;
        std::uint64_t merges = 0;
        std::string destination;
        std::string error;
    };

    HttpReply backup(const HttpRequest& request);
    HttpReply compact();
    HttpReply status();
    Result<std::string> place_of(const std::string& name) const;
    StoreProgressCall progress();
    HttpReply start(std::string_view kind, std::string destination,
                    std::function<Result<void>(Operation& outcome)> work);

    EmbeddedStore& store_;
    std::string backup_directory_;
    Guarded<Operation> operation_;
    WorkerPool thread_;  ///< last: joins before what its task uses goes away
};

}  // namespace tomograph
