#pragma once

#include <atomic>
#include <memory>

#include "net/body_budget.h"
#include "net/connection_ledger.h"
#include "net/http_message.h"
#include "net/http_metrics.h"
#include "net/http_server.h"
#include "net/tls_context.h"

namespace tomograph {

/// What the connections of one listener share. Threads: any; constant but for what guards itself.
struct HttpService {
    HttpService(HttpLimits limits_in, HttpHandler handler_in, HttpErrorBody error_body_in,
                MetricsRegistry& registry, const std::string& name,
                HttpTakesPieces takes_pieces_in = {})
        : limits(limits_in),
          handler(std::move(handler_in)),
          error_body(std::move(error_body_in)),
          takes_pieces(std::move(takes_pieces_in)),
          metrics(registry, name),
          budget(limits.body_bytes_in_flight_max),
          ledger(limits, metrics) {}

    const HttpLimits limits;
    const HttpHandler handler;
    const HttpErrorBody error_body;
    const HttpTakesPieces takes_pieces;
    HttpMetrics metrics;
    BodyBudget budget;
    ConnectionLedger ledger;
    std::unique_ptr<TlsContext> tls;  // null: plain
    std::atomic<bool> stopping{false};

    /// The owner's words for a refusal; plain ones when it has none.
    HttpReply refusal_reply(int status, std::string_view sentence) const;
};

}  // namespace tomograph
