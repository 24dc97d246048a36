#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/body_budget.h"
#include "net/content_decoder.h"
#include "net/http_refusal.h"
#include "net/http_server.h"

namespace tomograph {

/// Collects one request's body, decoded, within the limits. Each step returns the refusal it runs
/// into.
class HttpBody {
 public:
    using Step = std::optional<HttpRefusal>;

    /// Both are borrowed.
    HttpBody(const HttpLimits& limits, BodyBudget& budget) : limits_(limits), lease_(budget) {}

    /// The value of one Content-Encoding header.
    Step add_codings(std::string_view value);
    /// The body's length, when the client has said it. Refuses at once what would be too long.
    Step expect(std::uint64_t wire_bytes);
    /// Bytes of the body as sent.
    Step append(std::string_view bytes);
    /// No more will come.
    Step finish() const;

    std::uint64_t wire_bytes() const { return wire_bytes_; }
    std::string take() { return std::move(text_); }
    void reset();

 private:
    Step keep(std::string_view decoded);

    const HttpLimits& limits_;
    BodyLease lease_;
    std::unique_ptr<ContentDecoder> decoder_;
    std::string text_;
    std::uint64_t wire_bytes_ = 0;
    std::uint64_t expected_bytes_ = 0;  // of text_; 0 when unknown
};

}  // namespace tomograph
