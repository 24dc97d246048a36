#include "net/http_reply_writer.h"

#include <fmt/format.h>

#include <ctime>

namespace tomograph {

namespace {

std::string_view reason(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Status";
    }
}

bool breaks_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

}  // namespace

const std::string& http_date_now() {
    static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    thread_local std::time_t cached = -1;
    thread_local std::string text;
    const std::time_t now = std::time(nullptr);
    if (now != cached) {
        std::tm utc{};
        gmtime_r(&now, &utc);
        text = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[utc.tm_wday], utc.tm_mday,
                           months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                           utc.tm_sec);
        cached = now;
    }
    return text;
}

bool status_has_body(int status) { return status != 204 && status != 304; }

bool is_sendable(const HttpReply& reply) {
    if (reply.status < 200 || reply.status > 599) return false;
    for (const auto* headers : {&reply.headers, &reply.trailers})
        for (const HttpHeader& header : *headers)
            if (header.name.empty() || breaks_line(header.name) || breaks_line(header.value))
                return false;
    return true;
}

std::string reply_head(const HttpReply& reply, bool keep_alive, bool is_chunked) {
    fmt::memory_buffer head;
    auto out = fmt::appender(head);
    fmt::format_to(out, "HTTP/1.1 {} {}\r\nDate: {}\r\n", reply.status, reason(reply.status),
                   http_date_now());
    for (const HttpHeader& header : reply.headers)
        fmt::format_to(out, "{}: {}\r\n", header.name, header.value);
    if (is_chunked)
        fmt::format_to(out, "Transfer-Encoding: chunked\r\n");
    else if (status_has_body(reply.status) && !reply.stream)
        fmt::format_to(out, "Content-Length: {}\r\n", reply.body.size());
    fmt::format_to(out, "Connection: {}\r\n\r\n", keep_alive ? "keep-alive" : "close");
    return fmt::to_string(head);
}

std::string chunk_head(std::size_t bytes) { return fmt::format("{:x}\r\n", bytes); }

}  // namespace tomograph
