#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/ids.h"

namespace tomograph::workload {

enum class SpanKind : std::uint8_t {
    segment,  ///< what a service did for one request
    call,     ///< a call to another service, which sends a segment of its own
    aws,      ///< a call through an AWS SDK; has a request id
    sql,
    local,  ///< a step inside of the service
};

/// What one document says, as values: the text is made of it, the oracle and the peers' columns
/// too. Indexes point into shop_names.h. Times in microseconds since the epoch.
struct W1Span {
    SpanKind kind = SpanKind::segment;
    SpanId id;
    SpanId parent;  ///< none: the root
    std::int64_t start_us = 0;
    std::int64_t end_us = 0;
    std::uint32_t service = 0;    ///< that sends the document
    std::uint32_t target = 0;     ///< kind call: the service called
    std::uint32_t operation = 0;  ///< of the service; kind call: of the target
    std::uint32_t container = 0;
    std::uint32_t detail = 0;  ///< which AWS call, SQL query or local step
    std::uint32_t object = 0;  ///< the number in the URL
    std::uint32_t content_length = 0;
    std::uint32_t client_ip = 0;
    std::uint32_t gc_us = 0;
    std::uint16_t status = 0;  ///< 0: no HTTP response
    bool error = false;
    bool throttle = false;
    bool fault = false;
    bool is_fault_origin = false;
    std::uint64_t request_high = 0;  ///< kind aws
    std::uint64_t request_low = 0;
    std::uint64_t exception = 0;  ///< id of the exception behind a fault; 0: none

    bool is_segment() const { return kind == SpanKind::segment; }
};

/// All spans of one request; the root first, parents before children.
struct W1Trace {
    TraceId id;
    std::uint32_t tenant = 0;  ///< rank: 0 is the most frequent; an annotation of each segment
    std::uint32_t user = 0;
    std::uint64_t order = 0;  ///< an annotation of the root, unique
    std::vector<W1Span> spans;
};

struct W1Options {
    std::uint64_t seed = 1;
    std::int64_t start_second = 0;
    double spans_per_second = 10'000;  ///< how fast the time in the documents goes on
};

inline constexpr double w1_spans_per_trace = 9.7;
inline constexpr std::uint32_t w1_tenants = 1'000;
inline constexpr std::uint32_t w1_users = 100'000;

/// The benches ask about W1 of so many spans (nearly), which starts at w1_start_second and lasts
/// six hours.
inline constexpr std::int64_t w1_start_second = 1'795'000'000;
inline constexpr std::int64_t w1_seconds = 6 * 3600;
W1Options six_hours_of(std::uint64_t spans);
std::uint64_t traces_in(std::uint64_t spans);

/// The main workload (docs/performance.md, "W1"): the X-Ray traffic of a shop of 14 services, every
/// span a document of its own, high entropy.
///
/// Trace n is a pure function of (options, n): any of them can be made again to check an answer,
/// nothing is kept. Threads: any.
class W1 {
 public:
    explicit W1(const W1Options& options);

    /// cost  about 1 us
    W1Trace trace(std::uint64_t number) const;

 private:
    W1Options options_;
    std::vector<double> tenant_shares_;  // cumulative
};

enum class DocumentState : std::uint8_t { complete, in_progress };

/// Appends the document of `span` as the X-Ray SDKs write it: one JSON object, no white space,
/// times with six digits. In progress it has no end, no answer and no outcome.
///
/// cost  about 1 us
void append_json(const W1Trace& trace, const W1Span& span, DocumentState state, std::string& out);

/// "tenant-0042", "user-012345", "ord-…": the texts of the annotations and of the user.
std::string tenant_text(std::uint32_t tenant);
std::string user_text(std::uint32_t user);
std::string order_text(std::uint64_t order);
/// The name under which the document appears.
std::string span_name(const W1Span& span);
std::string url_text(const W1Span& span);
std::string ip_text(std::uint32_t ip);
std::string container_text(std::uint32_t container);
std::string request_text(const W1Span& span);

}  // namespace tomograph::workload
