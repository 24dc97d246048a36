#pragma once

#include <netinet/in.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tomograph::load {

/// What the threads of a load generator saw.
struct Outcome {
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;  ///< answers that are not 200
    std::vector<double> latencies_ms;
    std::string error;
};

/// Adds them up; latencies sorted.
Outcome sum_of(std::vector<Outcome> outcomes);

/// The value below which `fraction` of the sorted values lie; 0 when there are none.
double percentile(const std::vector<double>& sorted, double fraction);

std::optional<sockaddr_in> parse_address(const char* host, const char* port);

/// The head of a POST of `body_size` bytes of JSON to /TraceSegments.
std::string put_segments_head(std::size_t body_size);

/// One keep-alive connection; blocking.
class HttpClient {
 public:
    explicit HttpClient(const sockaddr_in& address);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Why it could not connect; "" when it could.
    const std::string& error() const { return error_; }

    /// Sends a whole request and counts what came back in `outcome`. false: the connection broke.
    bool exchange(std::string_view request, Outcome& outcome);

 private:
    bool send_all(std::string_view bytes) const;
    int read_status() const;

    int descriptor_;
    std::string error_;
};

}  // namespace tomograph::load
