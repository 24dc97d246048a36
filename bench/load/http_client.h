#pragma once

#include <netinet/in.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "load_client.h"

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

/// HTTP/1.1.
class HttpClient final : public LoadClient {
 public:
    explicit HttpClient(const sockaddr_in& address, bool with_tls = false)
        : socket_(address, with_tls ? "http/1.1" : "") {}

    const std::string& error() const override { return socket_.error(); }
    bool exchange(std::string_view request, Outcome& outcome) override;

 private:
    int read_status() const;

    LoadSocket socket_;
};

}  // namespace tomograph::load
