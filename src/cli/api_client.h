#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "cli/console.h"
#include "cli/json.h"

namespace tomograph::cli {

/// Where the API is: the flag, else TOMO_ENDPOINT, else AWS_ENDPOINT_URL_XRAY, else
/// http://127.0.0.1:2080. A missing scheme becomes http://, a trailing slash goes. errors  invalid
/// not an http or https URL
Result<std::string> choose_endpoint(std::string_view flag, const Environment& environment);

/// Calls operations of the X-Ray API, and our own reads, over HTTP. One connection, kept open
/// between calls.
class ApiClient {
 public:
    ApiClient(std::string endpoint, const Console& console);
    ~ApiClient();
    ApiClient(const ApiClient&) = delete;
    ApiClient& operator=(const ApiClient&) = delete;

    const std::string& endpoint() const { return endpoint_; }

    /// POSTs `body` to `path` ("/TraceSummaries") and gives the answer.
    /// errors  unavailable  cannot connect       denied   401, 403
    ///         invalid      the request is wrong (400)    internal, limit, timeout  all else
    Result<JsonDocument> call(std::string_view path, const std::string& body);

    /// GETs `path` with its query ("/api/v1/latency?step=60"), as url_query() makes it. As call().
    Result<JsonDocument> get(const std::string& path);

    /// As get(), with DELETE.
    Result<JsonDocument> remove(const std::string& path);

    /// GETs a stream of server-sent events and gives each to `take` as it comes, until the stream
    /// ends or `take` says no. errors: as call()
    using TakeEvent = std::function<bool(std::string_view event, Json data)>;
    Result<void> events(const std::string& path, const TakeEvent& take);

    /// Reads a listing to its end, or until `take` says no. `body` is the request without
    /// NextToken, as the inside of an object: `"StartTime":1,"EndTime":2`.
    Result<void> pages(std::string_view path, const std::string& body,
                       const std::function<bool(Json answer)>& take);

 private:
    struct Curl;
    struct Answer;
    void prepare(const std::string& url, Answer& answer);
    Result<void> perform(const std::string& url, const Answer& answer);
    Result<JsonDocument> ask(const std::string& url, Answer& answer);
    std::string endpoint_;
    const Console& console_;
    std::unique_ptr<Curl> curl_;
};

/// As a query or one segment of a path holds it: all but letters, digits and -._ in percents.
std::string url_encoded(std::string_view text);

/// "?name=value&…", percent-encoded; pairs with "" are left out, and so is the '?' of none.
std::string url_query(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs);

/// A word for the shell, in single quotes.
std::string shell_quoted(std::string_view text);

}  // namespace tomograph::cli
