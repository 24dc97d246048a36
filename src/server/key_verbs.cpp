#include "server/key_verbs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/clock.h"
#include "base/crypto/secret_key.h"
#include "base/descriptor.h"
#include "base/metrics.h"
#include "server/store_settings.h"
#include "store/embedded_store.h"

namespace tomograph {
namespace {

/// One to wrap, one that finds nothing left, and some to spare; a failure pauses for longer than
/// these.
constexpr int ticks_max = 10;

}  // namespace

Result<void> make_key_file(const std::string& path) {
    const SecretKey key = TRY(SecretKey::random());
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400));
    if (!file && errno == EEXIST)
        return Error(ErrorCode::conflict, fmt::format("{} is there already", path));
    if (!file) return failed_call("create", path);
    const ssize_t written = ::write(file.get(), key.bytes().data(), key.bytes().size());
    if (written != static_cast<ssize_t>(key.bytes().size()) || ::fsync(file.get()) != 0) {
        Error failed = failed_call("write", path);
        ::unlink(path.c_str());
        return failed;
    }
    return {};
}

Result<std::string> rotate_key(const Settings& settings) {
    auto keys = TRY(read_master_keys(settings));
    if (!keys)
        return Error(ErrorCode::invalid,
                     "no key is given: name the new one with --key-file, --key-env or "
                     "--key-command, and the one before with --old-key-file");
    const RealClock clock;
    MetricsRegistry metrics;
    const std::unique_ptr<FileSystem> files = make_real_file_system();
    EmbeddedStoreOptions options = store_options(settings, std::move(keys));
    options.background = false;
    if (!TRY(files->exists(settings.data_dir + "/VERSION")))
        return Error(ErrorCode::not_found,
                     fmt::format("{} is not a data directory", settings.data_dir));
    auto opened = EmbeddedStore::open(*files, clock, metrics, std::move(options));
    if (!opened && opened.error().code() == ErrorCode::conflict)
        return Error(
            ErrorCode::conflict,
            fmt::format(
                "a server has {}: put the new key where it reads its key, and send it SIGHUP",
                settings.data_dir));
    if (!opened) return std::move(opened).error();
    const std::unique_ptr<EmbeddedStore> store = std::move(*opened);
    for (int i = 0; i < ticks_max; ++i) {
        store->tick();
        const EncryptionStatus status = store->status().encryption;
        if (status.state != EncryptionState::active) continue;
        return fmt::format("key {} (version {}) is active; no data key needs another one",
                           status.key_id, status.key_version);
    }
    return Error(ErrorCode::io,
                 "some data keys were not wrapped again: see the log, then repeat this");
}

}  // namespace tomograph
