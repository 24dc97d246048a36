#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tomograph {

class HttpBodyStream;
class HttpRequestPieces;

struct HttpHeader {
    std::string name;
    std::string value;
};

/// A whole request, its body decoded (gzip, zstd, deflate) within the limits.
struct HttpRequest {
    std::string method;
    std::string path;   ///< as sent, not unescaped, without the query
    std::string query;  ///< behind '?', as sent; "" when none
    std::vector<HttpHeader> headers;
    std::string body;
    std::string peer_address;  ///< "127.0.0.1:51234"
    bool is_encrypted = false;
    bool is_http2 = false;  ///< the reply's trailers arrive
    /// Whether the client has gone and no one waits for the answer. Empty: never. Threads: any.
    std::function<bool()> is_client_gone{};
    /// The body, which has not come yet; `body` is empty then. Null: `body` is all.
    std::shared_ptr<HttpRequestPieces> pieces{};

    /// The first header of that name, any case; "" when absent.
    std::string_view header(std::string_view name) const;
};

struct HttpReply {
    int status = 200;
    std::vector<HttpHeader>
        headers;  ///< without Content-Length, Date, Connection: the server adds those
    std::string body;
    bool close = false;  ///< end the connection behind it
    /// The rest of the body, which is made while it is sent (HttpBodyStream::sending_end). Null:
    /// `body` is all.
    std::shared_ptr<HttpBodyStream> stream{};
    /// Headers behind the body. Only HTTP/2 carries them.
    std::vector<HttpHeader> trailers{};
};

/// Sends the reply. Call exactly once, from any thread; later calls, and calls after the client has
/// gone, do nothing.
using HttpRespond = std::function<void(HttpReply)>;

/// Runs on an I/O thread: must not block. Long work is handed to another thread and answers later.
using HttpHandler = std::function<void(HttpRequest, HttpRespond)>;

/// Whether the request of that header is handed over before its body has come
/// (HttpRequest::pieces). Over HTTP/2 only.
using HttpTakesPieces = std::function<bool(const HttpRequest& head)>;

/// An error before a request exists (bad request line, too large, too slow), put into a body by the
/// owner of the API so that every answer is JSON.
using HttpErrorBody = std::function<HttpReply(int status, std::string_view sentence)>;

}  // namespace tomograph
