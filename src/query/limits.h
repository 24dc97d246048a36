#pragma once

#include <cstddef>

#include "base/time.h"

namespace tomograph {

/// Summaries of one page (xray-api.md §1.3).
inline constexpr std::size_t summaries_page_traces = 1000;

/// Bytes of documents after which a page of summaries ends early, with a token for the rest.
inline constexpr std::size_t summaries_page_bytes_max = std::size_t{256} << 20;

/// Memory of summaries that are kept ready: six pages of 5 kB each.
inline constexpr std::size_t summary_cache_bytes = std::size_t{32} << 20;

/// Ids of one BatchGetTraces or GetTraceGraph request. AWS refuses more than 5; we are lenient.
inline constexpr std::size_t trace_ids_per_request_max = 100;

/// Traces of one page of BatchGetTraces: what AWS answers at most.
inline constexpr std::size_t batch_page_traces = 5;

/// Bytes of documents after which such a page ends early, with a token for the rest: five traces at
/// their limit would be 320 MB.
inline constexpr std::size_t batch_page_bytes_max = std::size_t{16} << 20;

/// Retrievals that are kept at once, and for how long; X-Ray's own time. One is 2 kB at most.
inline constexpr std::size_t retrievals_max = 1000;
inline constexpr Duration retrieval_lifetime = Duration::minutes(60);
/// Of one page of retrieved traces, and of one document in it: what the API model allows.
inline constexpr std::size_t retrieved_page_traces = 5;
inline constexpr std::size_t retrieved_page_spans = 100;
inline constexpr std::size_t retrieved_document_bytes_max = 204'800;
/// Bytes of documents after which such a page ends early: the model would allow 100 MB.
inline constexpr std::size_t retrieved_page_bytes_max = std::size_t{16} << 20;
/// Links of one service in the graph of retrieved traces (API model).
inline constexpr std::size_t retrieved_links_max = 100;

/// Documents inside one another in an answer: readers of JSON recurse, and a chain may be 10^4
/// long.
inline constexpr std::size_t splice_depth_max = 50;

/// Services of one page of a graph.
inline constexpr std::size_t graph_page_services = 1000;

/// Nodes of a graph; past it the least called `remote` nodes become one (service-graph.md §9).
inline constexpr std::size_t graph_nodes_max = 10'000;

/// Entries of a histogram in an answer (service-graph.md §2.4).
inline constexpr std::size_t histogram_entries_max = 200;

/// Names under which an edge's target was called, in an answer.
inline constexpr std::size_t edge_aliases_max = 10;

/// Steps in time of a latency chart: as many as a screen has room for, unless more are asked for.
inline constexpr std::size_t latency_steps = 120;
inline constexpr std::size_t latency_steps_max = 2000;

/// Fields and attributes that "what differs" compares, and the values of one: more of them are ids.
inline constexpr std::size_t difference_candidates_max = 100;
inline constexpr std::size_t difference_values_max = 1000;

/// Of a streamed search: the first page, the others, and the time after which progress is told.
inline constexpr std::size_t search_first_page_traces = 20;
inline constexpr std::size_t search_page_traces = 100;
inline constexpr Duration search_slice = Duration::milliseconds(200);

/// The live tail: a trace is complete when nothing came for so long, and told anyway after the
/// second time.
inline constexpr Duration tail_quiet_time = Duration::seconds(1);
inline constexpr Duration tail_wait_max = Duration::seconds(10);
/// Traces that wait, and those that are remembered as told: 20 s at 1,000 traces a second.
inline constexpr std::size_t tail_traces_max = 20'000;
/// Traces read at once.
inline constexpr std::size_t tail_read_traces = 100;
inline constexpr std::size_t tail_watchers_max = 64;

/// How long a page token is good, and its length: some SDKs refuse longer ones (xray-api.md §1.3).
inline constexpr Duration page_token_lifetime = Duration::hours(1);
inline constexpr std::size_t page_token_chars_max = 100;

/// A filter expression: X-Ray names no bound; the predicate that it becomes has its own.
inline constexpr std::size_t filter_characters_max = 4096;
inline constexpr std::size_t filter_depth_max = 32;
inline constexpr std::size_t filter_terms_max = 200;
/// An EntitySelectorExpression (API model).
inline constexpr std::size_t selector_characters_max = 500;

/// Points of one page of a time series, nearly: a day of minutes is two pages. A page reads the
/// graph in pieces of six hours, so that their cells are all that is held.
inline constexpr std::size_t series_page_points = 1000;
inline constexpr std::int64_t series_chunk_seconds = 6 * 60 * 60;
/// A filter expression instead of a selector: traces are read. SDKs wait for a minute.
inline constexpr Duration series_filter_time_max = Duration::seconds(30);
/// From start to end of a time series: what X-Ray keeps.
inline constexpr Duration series_range_max = Duration::hours(31 * 24);

/// What a doctor tells at most, and the spans that prove one finding.
inline constexpr std::size_t findings_max = 100;
inline constexpr std::size_t finding_spans_max = 5;
/// The span's own clock reads to a microsecond, and hosts with NTP agree to some milliseconds.
inline constexpr Duration skew_tolerance = Duration::milliseconds(5);
/// What is open for longer was probably forgotten: Lambda allows 15 minutes.
inline constexpr Duration open_span_age_max = Duration::minutes(20);
/// Names of calls and of segments that are compared: a microsecond or two each.
inline constexpr std::size_t compared_pairs_max = 10'000;
/// The newest traces of a service that its doctor reads.
inline constexpr std::size_t map_doctor_traces = 50;
/// Metrics beside a service, the series of one, and their points unless more are asked for.
inline constexpr std::size_t service_metrics_max = 60;
inline constexpr std::size_t service_metric_series_max = 50;
inline constexpr std::int64_t service_metric_steps = 120;
inline constexpr std::int64_t service_metric_steps_max = 2000;
/// How far before the range it looks for a service that is missing.
inline constexpr Duration map_doctor_past = Duration::days(7);

}  // namespace tomograph
