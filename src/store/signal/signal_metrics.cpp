#include "store/signal/signal_metrics.h"

namespace tomograph {
namespace {

constexpr const char* prefix = "tomograph_store_signal_";

Counter& counter(MetricsRegistry& registry, const Labels& labels, const char* name,
                 const char* help) {
    return registry.counter(std::string(prefix) + name, help, labels);
}

Gauge& gauge(MetricsRegistry& registry, const Labels& labels, const char* name, const char* help) {
    return registry.gauge(std::string(prefix) + name, help, labels);
}

Histogram& seconds(MetricsRegistry& registry, const Labels& labels, const char* name,
                   const char* help) {
    return registry.histogram(std::string(prefix) + name, help, latency_bounds_seconds(), labels);
}

Counter& expired(MetricsRegistry& registry, Labels labels, const char* rule) {
    labels.emplace_back("rule", rule);
    return registry.counter(std::string(prefix) + "expired_parts_total",
                            "Parts removed by retention, by rule", std::move(labels));
}

Labels label(const std::string& signal) { return {{"signal", signal}}; }

}  // namespace

SignalMetrics::SignalMetrics(MetricsRegistry& r, const std::string& s)
    : WalMetrics(r, prefix, label(s)),
      records(counter(r, label(s), "records_total", "Records kept: batches that came together")),
      open_bytes(gauge(r, label(s), "open_bytes", "Memory of what is in no part yet")),
      open_age_seconds(
          gauge(r, label(s), "open_age_seconds", "Age of the oldest that is in no part yet")),
      parts(gauge(r, label(s), "parts", "Live parts")),
      part_bytes(gauge(r, label(s), "part_bytes", "Bytes of the live parts")),
      flushes(counter(r, label(s), "flushes_total", "Times that parts were written")),
      flush_failures(
          counter(r, label(s), "flush_failures_total", "Flushes that failed and will be repeated")),
      flush_seconds(seconds(r, label(s), "flush_seconds", "Time of one flush")),
      merges(counter(r, label(s), "merges_total", "Merges done")),
      merge_failures(counter(r, label(s), "merge_failures_total", "Merges that failed")),
      merge_seconds(seconds(r, label(s), "merge_seconds", "Time of one merge")),
      parts_expired_age(expired(r, label(s), "age")),
      parts_expired_budget(expired(r, label(s), "disk_budget")),
      damaged_reads(counter(r, label(s), "damaged_reads_total", "Reads that met damage")),
      damaged_parts(gauge(r, label(s), "damaged_parts", "Live parts with a damaged block")),
      ready(gauge(r, label(s), "ready", "1 when replay is done")) {}

}  // namespace tomograph
