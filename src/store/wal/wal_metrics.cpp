#include "store/wal/wal_metrics.h"

#include <string>
#include <utility>

namespace tomograph {
namespace {

/// Metrics of one log.
struct Maker {
    MetricsRegistry& registry;
    std::string prefix;
    Labels labels;

    Counter& counter(const char* name, const char* help) {
        return registry.counter(prefix + name, help, labels);
    }
    Gauge& gauge(const char* name, const char* help) {
        return registry.gauge(prefix + name, help, labels);
    }
    Histogram& histogram(const char* name, const char* help, std::vector<double> bounds) {
        return registry.histogram(prefix + name, help, std::move(bounds), labels);
    }
    Counter& refused(const char* cause) {
        Labels with_cause = labels;
        with_cause.emplace_back("cause", cause);
        return registry.counter(prefix + "refused_appends_total",
                                "Appends answered with an error at once, by cause",
                                std::move(with_cause));
    }
};

}  // namespace

WalMetrics::WalMetrics(MetricsRegistry& registry, std::string_view prefix, const Labels& labels)
    : WalMetrics(Maker{registry, std::string(prefix), labels}) {}

template <class Make>
WalMetrics::WalMetrics(Make m)
    : wal_frames(m.counter("wal_frames_total", "Frames written to the log")),
      wal_bytes(m.counter("wal_written_bytes_total", "Bytes written to the log")),
      wal_segments(m.counter("wal_segments_total", "Log segments begun")),
      wal_failures(m.counter("wal_failures_total", "Failed writes and syncs of the log")),
      wal_sync_seconds(m.histogram("wal_sync_seconds", "Time of one write and sync of the log",
                                   latency_bounds_seconds())),
      wal_group_appends(m.histogram("wal_group_appends", "Appends that shared one sync",
                                    {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024})),
      wal_queue_bytes(m.gauge("wal_queue_bytes", "Bytes waiting for the log")),
      wal_file_bytes(m.gauge("wal_file_bytes", "Bytes of the log's segments")),
      refused_queue(m.refused("queue_full")),
      refused_memory(m.refused("memory")),
      refused_disk(m.refused("disk_full")),
      refused_read_only(m.refused("read_only")),
      refused_starting(m.refused("starting")),
      refused_closing(m.refused("closing")),
      read_only(m.gauge("read_only", "1 after a second disk failure")),
      replay_damaged_bytes(
          m.counter("replay_damaged_bytes_total", "Bytes of the log skipped as damaged")),
      replay_lost_documents(m.counter("replay_lost_documents_total",
                                      "Numbers missing in the log: documents lost to damage")),
      replay_unreadable(m.counter("replay_unreadable_documents_total",
                                  "Documents of the log that the decoder refused")),
      replay_seconds(m.gauge("replay_seconds", "Time that the last replay took")) {}

}  // namespace tomograph
