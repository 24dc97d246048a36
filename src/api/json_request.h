#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.h"
#include "base/time.h"

namespace tomograph {

/// Reads the members of one request body, or of an object in it (xray-api.md §1.1).
///
///   JsonRequest request(body);
///   const auto ids = request.required_texts("TraceIds", trace_ids_per_request_max);
///   const auto token = request.text("NextToken");
///   if (request.refusal()) return call.refuse(*request.refusal());
///
/// Reading goes on after a mistake and gives empty values; the first mistake is kept and checked
/// once at the end. An empty body counts as {}, null as absent, the last of two equal members wins,
/// members that no one asks for are ignored. Mistakes are SerializationException (not a JSON
/// object, a member of another type) or InvalidRequestException (missing, too many, not a time),
/// and name the member.
class JsonRequest {
 public:
    explicit JsonRequest(std::string_view body);
    ~JsonRequest();
    JsonRequest(JsonRequest&&) noexcept;
    JsonRequest& operator=(JsonRequest&&) = delete;

    std::optional<std::string> text(std::string_view member);
    std::optional<bool> boolean(std::string_view member);
    std::optional<std::int64_t> integer(std::string_view member);
    std::optional<double> number(std::string_view member);
    std::optional<Instant> timestamp(std::string_view member);
    std::vector<std::string> texts(std::string_view member, std::size_t count_max);
    /// An object of strings: `{"tier":"gold"}`.
    std::optional<std::map<std::string, std::string>> text_map(std::string_view member);

    std::string required_text(std::string_view member);
    std::int64_t required_integer(std::string_view member);
    double required_number(std::string_view member);
    Instant required_timestamp(std::string_view member);
    std::vector<std::string> required_texts(std::string_view member, std::size_t count_max);

    /// The object behind a member; it shares the refusal with this one.
    std::optional<JsonRequest> object(std::string_view member);
    std::optional<JsonRequest> required_object(std::string_view member);
    std::vector<JsonRequest> objects(std::string_view member, std::size_t count_max);
    std::vector<JsonRequest> required_objects(std::string_view member, std::size_t count_max);

    /// A mistake that the caller found in a value: `refuse_value("Period", "must be at least 60")`.
    void refuse_value(std::string_view member, std::string_view sentence);

    /// The first mistake.
    const std::optional<ApiError>& refusal() const;

 private:
    struct Impl;
    explicit JsonRequest(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace tomograph
