// A log segment of any bytes behind a valid header: replay reads it without a crash, and never
// twice.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/crypto/file_keys.h"
#include "base/fault_file_system.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/file_names.h"
#include "store/wal/replay.h"

namespace {

using namespace tomograph;

struct Order final : WalReplaySink {
    void replay(Lsn first, Instant, std::span<const std::string_view> documents) override {
        ASSERT(first.value >= next);
        next = first.value + documents.size();
    }
    void replay_telemetry(Lsn lsn, Instant, std::string_view) override {
        ASSERT(lsn.value >= next);
        next = lsn.value + 1;
    }
    std::uint64_t next = 1;
};

}  // namespace

/// The first byte chooses what is damaged, frames behind a good header or all of it, and whether
/// there is the key of a sealed log.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    set_log_options({.level_min = LogLevel::error, .json = false, .sink = [](std::string_view) {}});
    if (size == 0) return 0;
    const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    const WalSegmentHeader header{
        .serial = 1, .store_id = 7, .first = Lsn{1}, .salt = 9, .slots = {}};
    FaultFileSystem files;
    MetricsRegistry registry;
    StoreMetrics metrics(registry);
    Quarantine quarantine(files, "/data", metrics);
    if (!files.make_directories("/data/wal") || !quarantine.open()) return 0;
    const std::string path = "/data/wal/" + wal_name({.first = Lsn{1}, .serial = 1});
    const std::string image = data[0] % 2 == 0 ? encode_segment_header(header) + bytes : bytes;
    if (!replace_file(files, path, image)) return 0;
    Order order;
    FileKeys keys(7, {.key = SecretKey(std::string(secret_key_bytes, 'k')), .version = 1}, {});
    FileKeys* given = data[0] % 4 >= 2 ? &keys : nullptr;
    const auto inventory = list_wal(files, "/data/wal", 7, given, quarantine);
    if (!inventory) return 0;
    WalReplay replay(files, metrics, quarantine, order);
    const auto done = replay.run(*inventory, {.floor = Lsn{1}});
    ASSERT(done);
    return 0;
}
