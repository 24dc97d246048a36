#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace tomograph {

/// Documents of one PutTraceSegments call. AWS documents 50 and its daemon never sends more; ten
/// times that is taken so that bulk loaders need not care, and no call holds an I/O thread for more
/// than some ms.
inline constexpr std::size_t documents_per_call_max = 500;
/// Elements of one document that is a JSON array.
inline constexpr std::size_t array_elements_max = 500;
/// Documents of one append, when arrays are taken apart: bounds what one call may cost and answer.
inline constexpr std::size_t documents_per_batch_max = 5000;
/// PutTraceSegments bodies up to this size share a parser per thread. Larger ones are rare, and get
/// buffers that go away with them: a parser keeps some 6 bytes for each byte of the largest body it
/// ever saw.
inline constexpr std::size_t kept_body_bytes_max = 2U << 20;
/// Body of every operation but PutTraceSegments; the largest honest one (telemetry) is some kB.
inline constexpr std::size_t request_bytes_max = 1U << 20;
/// The last documents that were refused, which a doctor may name; some 200 bytes each.
inline constexpr std::size_t refusals_kept_max = 1000;
/// Of what a refused document says of itself.
inline constexpr std::size_t refusal_text_bytes_max = 300;
/// Bodies of OTLP (otlp.md §1): the collector takes 20 MiB by default.
inline constexpr std::uint64_t otlp_wire_bytes_max = 16ULL << 20;
inline constexpr std::uint64_t otlp_decoded_bytes_max = 64ULL << 20;
/// Entries of a message of Fluent, decompressed: its chunks are 8 MiB, and log compresses well.
inline constexpr std::size_t fluent_decoded_bytes_max = 32U << 20;
/// Documents made of the spans of one request: each repeats its resource, so that 16 MiB of small
/// spans in a large one would be 20 GiB.
inline constexpr std::uint64_t otlp_documents_bytes_max = 128ULL << 20;
/// Of what one call refused, what is told in detail; the rest is counted.
inline constexpr std::size_t rejections_told_max = documents_per_batch_max;
/// Nesting of a request body; the deepest member of the API is at 4.
inline constexpr std::size_t request_depth_max = 64;
/// Records of one PutTelemetryRecords call; the daemon sends at most 10.
inline constexpr std::size_t telemetry_records_max = 100;
/// Members that say who sent telemetry, as in the service model.
inline constexpr std::size_t instance_id_bytes_max = 20;
inline constexpr std::size_t hostname_bytes_max = 255;
inline constexpr std::size_t resource_arn_bytes_max = 500;
/// Documents of one GetSamplingTargets call, of each kind. The model says 25, clients send one for
/// each rule, and 26 rules there are.
inline constexpr std::size_t sampling_documents_per_call_max = 500;
inline constexpr std::size_t sampling_statistics_per_page = 1'000;
/// A RetrievalToken, as in the service model.
inline constexpr std::size_t retrieval_token_bytes_max = 1020;
/// Longest text quoted back in an error message.
inline constexpr std::size_t error_quote_bytes_max = 100;

/// Queries run beside the I/O threads: two at once leave a core for intake on a small machine.
inline constexpr std::size_t query_threads = 2;
/// Queries that wait for a thread; more are answered ThrottledException.
inline constexpr std::size_t query_queue_max = 64;

/// Our own reads, beside the X-Ray API's queries.
inline constexpr std::size_t own_read_threads = 2;
inline constexpr std::size_t own_read_queue_max = 64;
/// What one of them may hold, and how long it may take unless it says so.
inline constexpr std::uint64_t own_memory_bytes = 256ULL << 20;
inline constexpr Duration own_budget = Duration::seconds(10);
inline constexpr Duration own_budget_min = Duration::milliseconds(10);
inline constexpr Duration own_budget_max = Duration::seconds(300);
/// The time that is looked at unless another is said.
inline constexpr Duration own_read_range = Duration::minutes(15);
/// Rows of a table in an answer.
inline constexpr std::int64_t own_rows = 100;
inline constexpr std::int64_t own_rows_max = 10'000;
/// Values among which a prefix chooses.
inline constexpr std::size_t own_values_searched_max = 100'000;
inline constexpr std::int64_t own_differences = 20;
inline constexpr std::int64_t own_differences_max = 100;
/// Searches that are told as they go on: each has a thread, and may wait for its client.
inline constexpr std::size_t own_stream_threads = 4;
inline constexpr std::size_t own_stream_queue_max = 16;
inline constexpr std::int64_t own_search_rows = 500;
inline constexpr std::int64_t own_search_rows_max = 100'000;
/// Events that wait for a client: some hundred summaries.
inline constexpr std::size_t event_bytes_pending_max = 512U << 10;
inline constexpr Duration tail_tick = Duration::milliseconds(250);
/// Silence after which a tail says that it is alive.
inline constexpr Duration tail_keep_alive = Duration::seconds(15);
inline constexpr std::int64_t own_step_seconds_max = 366 * 86'400;

/// Reads in the ways of other tools (docs/query-apis.md). Jaeger's interface asks for 1,500 traces
/// at most.
inline constexpr std::int64_t tool_traces_max = 1500;
inline constexpr std::int64_t tool_traces = 20;
/// Bytes of an answer after which no further trace is put into it.
inline constexpr std::size_t tool_answer_bytes_max = std::size_t{64} << 20;
/// Of Jaeger's search without a start, as there; and what lists of names look at.
inline constexpr Duration tool_lookback = Duration::hours(48);
inline constexpr Duration tool_names_lookback = Duration::hours(24);
/// Names in a list: a menu of them is no longer one that people read.
inline constexpr std::size_t tool_names_max = 5000;
/// A list of names is waited for by a menu.
inline constexpr Duration tool_names_budget = Duration::seconds(3);
/// Conditions on tags in one search.
inline constexpr std::size_t tool_tags_max = 32;

/// Requests for retention, pins and redactions that wait for their thread: people send them.
inline constexpr std::size_t retention_requests_max = 16;
/// Likewise for orders of groups.
inline constexpr std::size_t group_requests_max = 16;

/// A request timestamp above this many seconds (year 5138) is milliseconds: Jackson writes dates
/// so.
inline constexpr double timestamp_seconds_max = 1e11;
/// What Retry-After says on 429 and 503.
inline constexpr int retry_after_seconds = 1;

}  // namespace tomograph
