#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/metrics.h"
#include "store/embedded_store.h"
#include "wire/xray/segment_decoder.h"
#include "workload/w1.h"
#include "workload/w2.h"

namespace tomograph::engine_bench {

/// The data begins here, whatever the day: a prepared store is the same every time.
using workload::w1_seconds;
inline constexpr std::int64_t start_second = workload::w1_start_second;

/// W1 or W2 of so many spans. W1 is spread over six hours, W2 over ten days.
struct Scale {
    std::uint64_t spans = 2'000'000;
    bool is_w2 = false;

    std::uint64_t traces() const;
    workload::W1 w1() const;
    workload::W2Options w2() const;
};

/// An embedded store without threads of its own, under a clock that is moved by hand.
class DrivenStore {
 public:
    /// Opens or makes it; dies when that fails.
    DrivenStore(const std::string& directory, const EmbeddedStoreOptions& options, Instant now);

    /// Decodes and appends, as the server would; dies when a document is refused.
    void append(const std::vector<std::string>& jsons);

    /// Both clocks go on by `step`, the wall clock by `skip` more; then one round of background
    /// work.
    void tick(Duration step, Duration skip = {});
    /// Seals, writes and merges all that can be.
    void settle();

    EmbeddedStore& store() { return *store_; }
    /// Ends it without closing, as a kill does: the process must not use it any more.
    void abandon() { static_cast<void>(store_.release()); }

 private:
    std::unique_ptr<FileSystem> files_ = make_real_file_system();
    ManualClock clock_;
    MetricsRegistry registry_;
    SegmentDecoder decoder_;
    std::unique_ptr<EmbeddedStore> store_;
};

/// The documents of one trace of the workload.
std::vector<std::string> documents_of(const Scale& scale, std::uint64_t number);

/// Makes the store once: a directory that was finished for the same scale is used again. Prints
/// load_cpu_us when it makes one.
void prepare(const std::string& directory, const Scale& scale);

/// Opened for reading; `section_cache_bytes` 0: nothing of the parts stays in memory.
std::unique_ptr<DrivenStore> open_prepared(const std::string& directory, const Scale& scale,
                                           std::uint64_t section_cache_bytes);

}  // namespace tomograph::engine_bench
