#pragma once

#include "base/clock.h"
#include "base/metrics.h"
#include "store/log_store.h"
#include "store/logs/open_logs.h"
#include "store/signal/signal.h"

namespace tomograph {

/// The LogStore in this process: the signal "logs" of an EmbeddedStore (docs/formats/logs.md),
/// which opens and closes it: put signal() into EmbeddedStoreOptions::signals.
class EmbeddedLogStore final : public LogStore, private SignalContent {
 public:
    /// options.name is set here. clock outlives it.
    EmbeddedLogStore(const Clock& clock, MetricsRegistry& registry, SignalOptions options);

    Signal& signal() { return signal_; }

    void append(const LogBatch& batch, std::function<void(Result<void>)> done) override;
    Result<LogPage> find(const LogQuery& query) override;
    Lsn next() const override { return signal_.next(); }
    LogStoreStatus status() override;

 private:
    void apply(Lsn lsn, Instant received, std::string record) override;
    std::uint64_t open_bytes() const override { return open_.bytes(); }
    SignalFlush begin_flush() override;
    void drop(Lsn through) override { open_.drop(through); }
    SignalPartPlan merge(std::vector<std::shared_ptr<SignalPart>> parts) override;
    Result<std::unique_ptr<SignalPartContent>> open_part(const PartBlockReader& blocks) override;

    const Clock& clock_;
    Counter& lines_;
    Counter& line_bytes_;
    Counter& unreadable_;
    OpenLogs open_;
    Signal signal_;  ///< last: it ends before what it uses
};

}  // namespace tomograph
