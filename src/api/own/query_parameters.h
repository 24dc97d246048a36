#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/error.h"
#include "base/time.h"

namespace tomograph {

/// Reads what stands behind the '?' of a request, as JsonRequest reads a body: reading goes on
/// after a mistake and gives nothing; the first mistake is kept and checked once at the end.
///
///   QueryParameters query(request.query);
///   const auto limit = query.integer("limit", 1, 1000).value_or(100);
///   query.refuse_others();
///   if (query.refusal()) …
///
/// `+` and `%20` are spaces; of two equal names the last counts; "" is absent.
class QueryParameters {
 public:
    explicit QueryParameters(std::string_view query);

    std::optional<std::string> text(std::string_view name);
    /// Of a name that may stand several times: all of its values, in their order.
    std::vector<std::string> texts(std::string_view name);
    std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
    /// Seconds, with a fraction, within these.
    std::optional<Duration> seconds(std::string_view name, Duration min, Duration max);
    /// Epoch seconds, or ISO 8601.
    std::optional<Instant> timestamp(std::string_view name);
    /// `true` or `false`.
    std::optional<bool> boolean(std::string_view name);

    /// A mistake that the caller found in a value.
    void refuse_value(std::string_view name, std::string_view sentence);
    /// A misspelled name would be an answer to another question: what nobody read is refused.
    void refuse_others();

    const std::optional<ApiError>& refusal() const { return refusal_; }

 private:
    void refuse(std::string sentence);

    std::map<std::string, std::string, std::less<>> values_;
    std::vector<std::pair<std::string, std::string>> all_;
    std::map<std::string, std::string, std::less<>> unread_;
    std::optional<ApiError> refusal_;
};

/// Undoes %XX and `+`; nothing for a broken escape.
std::optional<std::string> url_decoded(std::string_view text);

}  // namespace tomograph
