#include "server/serve.h"

#include <pthread.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "base/clock.h"
#include "base/metrics.h"
#include "query/limits.h"
#include "query/summary_cache.h"
#include "server/addresses.h"
#include "server/control_services.h"
#include "server/listeners.h"
#include "server/store_settings.h"
#include "server/token_key.h"
#include "service/metrics/metric_intake.h"
#include "service/metrics/span_metric_recorder.h"
#include "store/embedded_store.h"
#include "store/logs/embedded_log_store.h"
#include "store/metrics/embedded_metric_store.h"

namespace tomograph {
namespace {

/// Two: one reads the next requests while the other is busy with a large one.
constexpr std::size_t io_threads = 2;
/// How long requests under way may take to be answered after the signal.
constexpr Duration stop_deadline = Duration::seconds(5);
/// A short log is replayed before the addresses are told, so that who reads them meets a ready
/// server; a long one goes on while /readyz shows how far it is.
constexpr Duration ready_wait_max = Duration::seconds(1);
constexpr auto ready_wait_step = std::chrono::milliseconds(1);
constexpr auto ready_look_step = std::chrono::milliseconds(100);

/// SIGINT, SIGTERM and, where there is a key to be read again, SIGHUP: blocked in every thread that
/// is started later, and taken here.
class Signals {
 public:
    explicit Signals(bool takes_hangup) {
        std::signal(SIGPIPE, SIG_IGN);
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGINT);
        sigaddset(&signals_, SIGTERM);
        if (takes_hangup) sigaddset(&signals_, SIGHUP);
        pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    }
    int wait() const {
        int signal = 0;
        sigwait(&signals_, &signal);
        return signal;
    }

 private:
    sigset_t signals_{};
};

Result<std::unique_ptr<EmbeddedStore>> open_store(FileSystem& files, const Clock& clock,
                                                  MetricsRegistry& metrics,
                                                  const Settings& settings, ServerCatalog& catalog,
                                                  std::vector<Signal*> signals) {
    auto keys = TRY(read_present_keys(files, settings));
    EmbeddedStoreOptions options = store_options(settings, std::move(keys));
    catalog.join(options);
    options.signals = std::move(signals);
    return EmbeddedStore::open(files, clock, metrics, std::move(options));
}

/// The operator has put another key in its place.
void read_key_again(EncryptionService& encryption, TraceStore& store) {
    const auto changed = encryption.apply();
    if (changed)
        log_info("key read again", {{"key", store.status().encryption.key_id}});
    else
        log_error("key not changed", {{"error", changed.error()}});
}

/// A start goes on with the key that the data is under. Another one may have been chosen, and the
/// server ended before the store knew; or the operator has put another key in its place.
void apply_key_when_ready(EncryptionService& encryption, TraceStore& store,
                          const std::stop_token& stop) {
    while (!store.status().ready && !stop.stop_requested())
        std::this_thread::sleep_for(ready_look_step);
    if (stop.stop_requested()) return;
    const auto applied = encryption.apply();
    if (!applied) log_error("key not changed", {{"error", applied.error()}});
}

void wait_until_ready(const HttpApi& http, const Clock& clock) {
    const Duration give_up = clock.monotonic() + ready_wait_max;
    while (!http.is_ready() && clock.monotonic() < give_up)
        std::this_thread::sleep_for(ready_wait_step);
}

}  // namespace

Result<void> serve(const Settings& settings) {
    const Signals signals(settings.key.has_value() || !settings.named_keys.empty());
    set_log_options({.level_min = settings.log_level, .json = settings.log_json, .sink = {}});
    TRY(check_exposure(settings));

    const RealClock clock;
    MetricsRegistry metrics;
    const std::unique_ptr<FileSystem> files = make_real_file_system();
    ServerCatalog catalog(settings.data_dir,
                          {.region = settings.region, .account_id = settings.account_id}, clock,
                          metrics);
    EmbeddedLogStore logs(clock, metrics, log_options(settings));
    EmbeddedMetricStore metric_store(metrics, metric_options(settings));
    const auto store = TRY(open_store(*files, clock, metrics, settings, catalog,
                                      {&logs.signal(), &metric_store.signal()}));
    const auto control = TRY(ControlServices::open({settings, catalog, *store, clock, metrics}));
    const PageTokenKey token_key = TRY(load_token_key(*files, settings.data_dir));
    SummaryCache summaries(metrics, summary_cache_bytes);
    const XrayApiOptions api_options{.account_id = settings.account_id,
                                     .token_key = token_key,
                                     .control = control->plane(),
                                     .summaries = &summaries};
    QueryMetrics query_metrics(metrics);
    LiveTail tail(*store, clock, query_metrics);
    SpanMetrics span_metrics(metrics);
    Ingest ingest(*store, clock, metrics, &tail, &span_metrics);
    LogIntake log_intake(logs, clock, metrics);
    MetricIntake metric_intake(metric_store, clock, metrics);
    SpanMetricRecorder span_recorder(span_metrics, metric_store, clock);
    IoPool pool(io_threads);
    {
        XrayApi xray(api_options, ingest, *store, clock, metrics);
        StoreOperations operations(*store, settings.backup_dir);
        RetentionOperations retention(*store, &control->groups(), &summaries);
        GroupOperations groups(control->reevaluation());
        OwnReads own({*store, clock, metrics, tail, api_options, &ingest, store.get(), &logs,
                      &metric_store});
        HttpApi http({.xray = xray,
                      .store = *store,
                      .metrics = metrics,
                      .logs = &logs,
                      .metric_store = &metric_store,
                      .operations = &operations,
                      .retention = &retention,
                      .groups = &groups,
                      .own = &own,
                      .span_metrics = &span_metrics,
                      .otlp_traces = &ingest,
                      .otlp_logs = &log_intake,
                      .otlp_metrics = &metric_intake});
        const auto listeners = TRY(Listeners::start(
            settings, {pool, ingest, log_intake, metric_intake, xray, http, clock, metrics}));
        std::vector<WatchTask> tasks = control->watches();
        tasks.push_back({.name = "span metrics", .tick = [&] { return span_recorder.tick(); }});
        const WatchThread watches(std::move(tasks));
        wait_until_ready(http, clock);
        const std::jthread keys([&](const std::stop_token& stop) {
            apply_key_when_ready(control->encryption(), *store, stop);
        });
        std::fputs(welcome_text(settings, listeners->addresses()).c_str(), stdout);
        std::fflush(stdout);
        TRY(write_addresses(*files, settings.data_dir, listeners->addresses()));

        while (signals.wait() == SIGHUP) read_key_again(control->encryption(), *store);
        log_info("stopping");
        listeners->stop(stop_deadline);
    }
    store->close();
    log_info("stopped");
    flush_log();
    return {};
}

}  // namespace tomograph
