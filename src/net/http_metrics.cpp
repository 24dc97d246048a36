#include "net/http_metrics.h"

#include <algorithm>

namespace tomograph {

namespace {

constexpr std::array<std::string_view, close_causes> close_cause_names = {
    "total_cap",   "address_cap",  "accept_failed", "tls_failed",    "idle",
    "slow_reader", "cut_short",    "reset_flood",   "control_flood", "header_flood",
    "slow_header", "window_stall", "protocol_error"};

}  // namespace

HttpMetrics::HttpMetrics(MetricsRegistry& registry, const std::string& listener)
    : connections_open(registry.gauge("tomograph_net_connections_open", "Open HTTP connections.",
                                      {{"listener", listener}})),
      connections_accepted(registry.counter("tomograph_net_connections_accepted_total",
                                            "HTTP connections taken.", {{"listener", listener}})),
      connections_http2(registry.counter("tomograph_net_connections_http2_total",
                                         "Connections that speak HTTP/2.",
                                         {{"listener", listener}})),
      connections_refused{},
      requests{},
      requests_refused{},
      requests_unanswered(registry.counter(
          "tomograph_net_requests_unanswered_total",
          "Requests whose handler gave up without an answer; the client got a 500.",
          {{"listener", listener}})),
      replies_lost(registry.counter("tomograph_net_replies_lost_total",
                                    "Answers whose client had gone or was cut off.",
                                    {{"listener", listener}})),
      received_bytes(registry.counter("tomograph_net_received_bytes_total",
                                      "Bytes read from HTTP connections, decrypted.",
                                      {{"listener", listener}})),
      sent_bytes(registry.counter("tomograph_net_sent_bytes_total",
                                  "Bytes written to HTTP connections, before encryption.",
                                  {{"listener", listener}})) {
    for (std::size_t i = 0; i < close_causes; ++i)
        connections_refused[i] = &registry.counter(
            "tomograph_net_connections_refused_total",
            "HTTP connections not taken, or closed outside a request, by cause.",
            {{"listener", listener}, {"cause", std::string(close_cause_names[i])}});
    for (std::size_t i = 1; i < requests.size(); ++i)
        requests[i] = &registry.counter(
            "tomograph_net_requests_total", "HTTP requests answered, by class of status.",
            {{"listener", listener}, {"class", std::to_string(i) + "xx"}});
    for (std::size_t i = 0; i < refusal_causes; ++i)
        requests_refused[i] =
            &registry.counter("tomograph_net_requests_refused_total",
                              "HTTP requests refused before their handler, by cause.",
                              {{"listener", listener},
                               {"cause", std::string(to_text(static_cast<RefusalCause>(i)))}});
}

void HttpMetrics::count_status(int status) {
    const auto hundreds = static_cast<std::size_t>(std::clamp(status / 100, 1, 5));
    requests[hundreds]->add();
}

}  // namespace tomograph
