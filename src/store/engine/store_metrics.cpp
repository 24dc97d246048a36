#include "store/engine/store_metrics.h"

namespace tomograph {
namespace {

Counter& counter(MetricsRegistry& registry, const char* name, const char* help) {
    return registry.counter(std::string("tomograph_store_") + name, help);
}

Counter& by_cause(MetricsRegistry& registry, const char* name, const char* help, const char* label,
                  const char* cause) {
    return registry.counter(std::string("tomograph_store_") + name, help, {{label, cause}});
}

Gauge& gauge(MetricsRegistry& registry, const char* name, const char* help) {
    return registry.gauge(std::string("tomograph_store_") + name, help);
}

Histogram& seconds(MetricsRegistry& registry, const char* name, const char* help) {
    return registry.histogram(std::string("tomograph_store_") + name, help,
                              latency_bounds_seconds());
}

Gauge& limit(MetricsRegistry& registry, const char* what) {
    return registry.gauge("tomograph_store_limit_bytes",
                          "Bounds of the store as they are set; 0: none", {{"of", what}});
}

constexpr const char* sealed = "sealed_traces_total";
constexpr const char* sealed_help = "Traces written to parts, by what made them ready";
constexpr const char* dropped = "dropped_documents_total";
constexpr const char* dropped_help = "Documents not kept, by cause";
constexpr const char* expired = "expired_parts_total";
constexpr const char* expired_help = "Parts removed by retention, by rule";

}  // namespace

StoreMetrics::StoreMetrics(MetricsRegistry& r)
    : WalMetrics(r, "tomograph_store_", {}),
      documents(counter(r, "documents_total", "Documents kept")),
      documents_duplicate(by_cause(r, dropped, dropped_help, "cause", "superseded")),
      documents_over_limit(by_cause(r, dropped, dropped_help, "cause", "trace_limit")),
      documents_too_large(by_cause(r, dropped, dropped_help, "cause", "too_large")),
      telemetry_records(counter(r, "telemetry_records_total", "Telemetry records kept")),
      telemetry_dropped(counter(r, "dropped_telemetry_records_total",
                                "Telemetry records not kept: the day's file is full")),
      open_traces(gauge(r, "open_traces", "Traces not yet in a part")),
      open_bytes(gauge(r, "open_bytes", "Memory of the open traces")),
      sealed_complete(by_cause(r, sealed, sealed_help, "reason", "complete")),
      sealed_idle(by_cause(r, sealed, sealed_help, "reason", "idle")),
      sealed_age(by_cause(r, sealed, sealed_help, "reason", "age")),
      sealed_memory(by_cause(r, sealed, sealed_help, "reason", "memory")),
      sealed_wal(by_cause(r, sealed, sealed_help, "reason", "wal")),
      sealed_closing(by_cause(r, sealed, sealed_help, "reason", "closing")),
      late_fragments(counter(r, "late_fragments_total", "Sealed traces with rows in older parts")),
      places_forgotten(counter(r, "places_forgotten_total",
                               "Traces that moved in the order while they were listed, forgotten "
                               "beyond the bound")),
      parts(gauge(r, "parts", "Live parts")),
      part_bytes(gauge(r, "part_bytes", "Bytes of the live parts")),
      flushes(counter(r, "flushes_total", "Parts written from open traces")),
      flush_failures(
          counter(r, "flush_failures_total", "Flushes that failed and will be repeated")),
      flush_seconds(seconds(r, "flush_seconds", "Time of one flush")),
      merges(counter(r, "merges_total", "Merges done")),
      merge_failures(counter(r, "merge_failures_total", "Merges that failed")),
      merge_seconds(seconds(r, "merge_seconds", "Time of one merge")),
      damaged_reads(
          counter(r, "damaged_reads_total", "Reads of parts and rollups that met damage")),
      parts_expired_age(by_cause(r, expired, expired_help, "rule", "age")),
      parts_expired_budget(by_cause(r, expired, expired_help, "rule", "disk_budget")),
      growth_bytes(gauge(r, "part_growth_bytes_per_day", "Bytes of parts that a day brings")),
      full_time(gauge(r, "full_time_seconds",
                      "When the room for parts will end, as it goes now; 0: not foreseen")),
      pinned_traces(gauge(r, "pinned_traces", "Traces that do not expire")),
      redacted_traces(counter(r, "redacted_traces_total", "Traces taken out on request")),
      reevaluated_parts(counter(r, "reevaluated_parts_total",
                                "Parts whose traces were judged by a group's filter again")),
      summary_parts(counter(r, "summary_parts_total", "Parts whose documents became summaries")),
      summary_spans(counter(r, "summary_spans_total", "Spans of the parts that became summaries")),
      summary_freed_bytes(
          counter(r, "summary_freed_bytes_total", "Bytes that parts lost by becoming summaries")),
      cache_bytes(gauge(r, "section_cache_bytes", "Bytes of cached trace tables and rollups")),
      merge_running(gauge(r, "merge_running", "1 while a merge is under way")),
      scrubs(counter(r, "scrubbed_parts_total", "Parts read from end to end in the background")),
      scrub_damaged(counter(r, "scrub_damaged_parts_total", "Parts in which that met damage")),
      scrub_seconds(seconds(r, "scrub_seconds", "Time of reading one part from end to end")),
      damaged_parts(gauge(r, "damaged_parts", "Live parts in which some block is damaged")),
      open_bytes_limit(limit(r, "open_traces")),
      wal_queue_bytes_limit(limit(r, "wal_queue")),
      cache_bytes_limit(limit(r, "section_cache")),
      disk_budget_limit(limit(r, "parts")),
      disk_free_bytes(gauge(r, "disk_free_bytes", "Free bytes where the data directory is")),
      wal_closed_segments(gauge(r, "wal_closed_segments", "Log segments that wait to be freed")),
      telemetry_pending(
          gauge(r, "telemetry_pending_records", "Telemetry records that only the log has")),
      snapshots(counter(r, "snapshots_total", "Backups written")),
      snapshot_failures(counter(r, "snapshot_failures_total", "Backups that failed")),
      snapshot_seconds(gauge(r, "snapshot_seconds", "Time that the last backup took")),
      snapshot_time(gauge(r, "snapshot_timestamp_seconds", "When the last backup was finished")),
      rollup_files(gauge(r, "rollup_files", "Files with sums of parts that expired")),
      rollup_bytes(gauge(r, "rollup_bytes", "Bytes of the rollup files")),
      rollup_cells(gauge(r, "rollup_cells", "Cells in the rollup files")),
      folds(counter(r, "folds_total", "Records that put sums of expired parts into rollup files")),
      fold_failures(counter(r, "fold_failures_total", "Folds that failed and will be repeated")),
      fold_seconds(seconds(r, "fold_seconds", "Time of one fold")),
      ready(gauge(r, "ready", "1 when replay is done")),
      disk_low(gauge(r, "disk_low", "1 while appends are refused to keep the last free space")),
      prev_shutdown_clean(
          gauge(r, "prev_shutdown_clean", "1 when the server before this one stopped in order")),
      quarantine_files(gauge(r, "quarantine_files", "Damaged files set aside")),
      replayed_documents(
          counter(r, "replayed_documents_total", "Documents read back from the log")),
      replayed_known(counter(r, "replayed_known_documents_total",
                             "Documents of the log that a part holds already")),
      replayed_redacted(counter(r, "replayed_redacted_documents_total",
                                "Documents of the log whose trace was taken out")) {}

}  // namespace tomograph
