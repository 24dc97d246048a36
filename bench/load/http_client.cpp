#include "http_client.h"

#include <arpa/inet.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>

namespace tomograph::load {

Outcome sum_of(std::vector<Outcome> outcomes) {
    Outcome total;
    for (const Outcome& outcome : outcomes) {
        total.requests += outcome.requests;
        total.refused += outcome.refused;
        total.latencies_ms.insert(total.latencies_ms.end(), outcome.latencies_ms.begin(),
                                  outcome.latencies_ms.end());
        if (!outcome.error.empty()) total.error = outcome.error;
    }
    std::sort(total.latencies_ms.begin(), total.latencies_ms.end());
    return total;
}

double percentile(const std::vector<double>& sorted, double fraction) {
    if (sorted.empty()) return 0;
    return sorted[static_cast<std::size_t>(fraction * static_cast<double>(sorted.size() - 1))];
}

std::optional<sockaddr_in> parse_address(const char* host, const char* port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) return std::nullopt;
    return address;
}

std::string put_segments_head(std::size_t body_size) {
    return "POST /TraceSegments HTTP/1.1\r\nHost: load\r\nContent-Type: "
           "application/json\r\nContent-Length: " +
           std::to_string(body_size) + "\r\n\r\n";
}

bool HttpClient::exchange(std::string_view request, Outcome& outcome) {
    using Clock = std::chrono::steady_clock;
    const auto sent = Clock::now();
    const int status = socket_.send_all(request) ? read_status() : 0;
    if (status == 0) {
        outcome.error = "the connection broke";
        return false;
    }
    ++outcome.requests;
    if (status != 200) ++outcome.refused;
    outcome.latencies_ms.push_back(
        std::chrono::duration<double, std::milli>(Clock::now() - sent).count());
    return true;
}

/// Reads one answer; its status, or 0 when the connection broke.
int HttpClient::read_status() const {
    std::string answer;
    while (true) {
        const std::size_t head = answer.find("\r\n\r\n");
        if (head != std::string::npos) {
            const char* length = strcasestr(answer.c_str(), "content-length:");
            const std::size_t body =
                length != nullptr ? std::strtoull(length + 15, nullptr, 10) : 0;
            if (answer.size() >= head + 4 + body) return std::atoi(answer.c_str() + 9);
        }
        if (!socket_.receive(answer)) return 0;
    }
}

}  // namespace tomograph::load
