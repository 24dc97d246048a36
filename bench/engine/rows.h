#pragma once

#include <string>

#include "engine/prepared_store.h"

namespace tomograph::engine_bench {

// The rows of the table. Each checks what it measures against the workload and prints its cells.

/// bytes_per_span: all files of the parts.
void size_row(const std::string& directory, const Scale& scale);

/// id_warm_ms, id_warm_p95_ms: whole traces, at random. Cold: neither page cache nor section cache.
void id_warm_row(const std::string& directory, const Scale& scale);
void id_cold_row(const std::string& directory, const Scale& scale);

/// graph_first_ms, graph_ms: all six hours of W1 summed up.
void graph_row(const std::string& directory, const Scale& scale);

/// series_ms, series_service_<n>_ms, and the first of each: six hours by the minute, of what
/// clients called and of single services.
void series_row(const std::string& directory, const Scale& scale);

/// search_common_ms, search_rare_ms, filter_ms over all of W1, page by page through find(); of each
/// also the first run, which reads the columns.
void scan_rows(const std::string& directory, const Scale& scale);

/// group_first_ms, group_ms: all spans of W1 by the annotation `tenant`, with counts and
/// percentiles.
void group_row(const std::string& directory, const Scale& scale);

/// entries_ms, simulation_ms: all traces of W1 as requests, and what 26 sampling rules would have
/// done to them; the first run of it reads the columns.
void simulation_row(const std::string& directory, const Scale& scale);

/// w4_cpu_us, w4_documents, w4_traces_checked: documents in progress, late, twice and out of order,
/// after which graph and traces must be exact. In a directory of its own.
void exactness_row(const std::string& directory, const Scale& scale);

/// summary_cpu_us, summary_bytes_per_span: W1 after its documents became summaries; the graph must
/// be the same. In a directory of its own.
void summary_row(const std::string& directory, const Scale& scale);

/// recovery_seconds, recovery_peak_mb, recovery_log_mib: a start on a gibibyte of log, as a kill
/// leaves it. In a directory of its own.
void recovery_row(const std::string& directory, const Scale& scale);

}  // namespace tomograph::engine_bench
