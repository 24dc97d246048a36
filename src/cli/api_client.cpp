#include "cli/api_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include "cli/limits.h"
#include "cli/text.h"

namespace tomograph::cli {

struct ApiClient::Answer {
    CURL* curl = nullptr;
    std::string body;        ///< of events: what is not a whole line yet, or the refusal
    std::string error_type;  ///< header x-amzn-ErrorType
    bool is_too_large = false;
    const TakeEvent* take = nullptr;  ///< of events; null: the body is kept
    std::string event{};
    bool is_enough = false;  ///< `take` said so

    std::size_t take_body(std::string_view bytes);
    std::size_t take_header(std::string_view line);
    bool take_lines();
};

namespace {

template <class Answer>
std::size_t take_body(char* data, std::size_t, std::size_t size, void* answer) {
    return static_cast<Answer*>(answer)->take_body({data, size});
}

template <class Answer>
std::size_t take_header(char* data, std::size_t, std::size_t size, void* answer) {
    return static_cast<Answer*>(answer)->take_header({data, size});
}

std::string reason_of(CURL* curl, CURLcode code) {
    long system_error = 0;
    curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &system_error);
    if (code == CURLE_COULDNT_CONNECT && system_error == ECONNREFUSED) return "refused";
    if (code == CURLE_COULDNT_RESOLVE_HOST) return "unknown host";
    if (code == CURLE_OPERATION_TIMEDOUT) return "timed out";
    std::string text = curl_easy_strerror(code);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

bool is_connection_failure(CURLcode code) {
    switch (code) {
        case CURLE_COULDNT_CONNECT:
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
            return true;
        default:
            return false;
    }
}

/// The sentence of an X-Ray error answer, or what there is of one.
Error refusal(long status, std::string type, std::string_view body) {
    std::string sentence;
    if (auto parsed = JsonDocument::parse(body)) {
        const Json root = parsed->root();
        if (type.empty()) type = root["__type"].text();
        sentence = root["message"].text();
        if (sentence.empty()) sentence = root["Message"].text();
    }
    if (sentence.empty()) sentence = fmt::format("the server answered HTTP {}", status);
    const std::string text = type.empty() ? sentence : fmt::format("{}: {}", type, sentence);
    if (status == 401 || status == 403) return Error(ErrorCode::denied, text);
    if (status == 400) return Error(ErrorCode::invalid, text);
    if (status == 429) return Error(ErrorCode::limit, text);
    return Error(ErrorCode::internal, text);
}

bool is_loopback_url(std::string_view url) {
    for (const std::string_view host : {"://127.", "://localhost", "://[::1]"})
        if (url.find(host) != std::string_view::npos) return true;
    return false;
}

}  // namespace

std::string url_encoded(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
        if (is_plain)
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

std::string url_query(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
    std::string query;
    for (const auto& [name, value] : pairs) {
        if (value.empty()) continue;
        query += query.empty() ? "?" : "&";
        query.append(name).append("=").append(url_encoded(value));
    }
    return query;
}

std::string shell_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    return out + "'";
}

Result<std::string> choose_endpoint(std::string_view flag, const Environment& environment) {
    std::string endpoint(flag);
    for (const char* name : {"TOMO_ENDPOINT", "AWS_ENDPOINT_URL_XRAY"})
        if (endpoint.empty()) endpoint = environment(name).value_or("");
    if (endpoint.empty()) endpoint = "http://127.0.0.1:2080";
    if (endpoint.find("://") == std::string::npos) endpoint.insert(0, "http://");
    while (endpoint.ends_with('/')) endpoint.pop_back();
    const bool is_http = endpoint.starts_with("http://") || endpoint.starts_with("https://");
    const std::size_t host = endpoint.find("://") + 3;
    if (!is_http || host >= endpoint.size())
        return Error(ErrorCode::invalid,
                     fmt::format("the endpoint \"{}\" is not an http or https URL", endpoint));
    return endpoint;
}

struct ApiClient::Curl {
    CURL* easy = curl_easy_init();
    curl_slist* headers = nullptr;
    ~Curl() {
        curl_slist_free_all(headers);
        curl_easy_cleanup(easy);
    }
};

ApiClient::ApiClient(std::string endpoint, const Console& console)
    : endpoint_(std::move(endpoint)), console_(console), curl_(std::make_unique<Curl>()) {
    ASSERT(curl_->easy != nullptr);
    curl_->headers = curl_slist_append(curl_->headers, "Content-Type: application/json");
    curl_->headers = curl_slist_append(curl_->headers, "Expect:");  // no pause before large bodies
}

ApiClient::~ApiClient() = default;

std::size_t ApiClient::Answer::take_body(std::string_view bytes) {
    is_too_large = body.size() + bytes.size() > answer_bytes_max;
    if (is_too_large) return 0;
    body += bytes;
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (take == nullptr || status != 200) return bytes.size();
    is_enough = !take_lines();
    return is_enough ? 0 : bytes.size();
}

std::size_t ApiClient::Answer::take_header(std::string_view line) {
    constexpr std::string_view wanted = "x-amzn-errortype:";
    if (line.size() > wanted.size() &&
        curl_strnequal(line.data(), wanted.data(), wanted.size()) != 0) {
        std::string_view value = line.substr(wanted.size());
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        error_type = value.substr(0, value.find_first_of(":\r\n"));
    }
    return line.size();
}

/// Events of ours have one line of data each; comments and what is unknown are passed over.
bool ApiClient::Answer::take_lines() {
    for (std::size_t end; (end = body.find('\n')) != std::string::npos;) {
        const std::string line = body.substr(0, end);
        body.erase(0, end + 1);
        if (line.starts_with("event: ")) event = line.substr(7);
        if (!line.starts_with("data: ")) continue;
        const auto data = JsonDocument::parse(std::string_view(line).substr(6));
        if (data && !(*take)(event, data->root())) return false;
    }
    return true;
}

void ApiClient::prepare(const std::string& url, Answer& answer) {
    CURL* curl = curl_->easy;
    answer.curl = curl;
    curl_easy_reset(curl);  // the connection stays
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    if (is_loopback_url(endpoint_)) curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, curl_->headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "tomo");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(connect_timeout.as_milliseconds()));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body<Answer>);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header<Answer>);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
}

Result<void> ApiClient::perform(const std::string& url, const Answer& answer) {
    CURL* curl = curl_->easy;
    const CURLcode code = curl_easy_perform(curl);
    if (answer.is_too_large)
        return Error(ErrorCode::limit,
                     fmt::format("the answer is larger than {} bytes", answer_bytes_max));
    if (code != CURLE_OK && !answer.is_enough) {
        double connected = 0;
        curl_easy_getinfo(curl, CURLINFO_CONNECT_TIME, &connected);
        const std::string reason = reason_of(curl, code);
        const bool never_connected = code == CURLE_OPERATION_TIMEDOUT && connected == 0;
        if (is_connection_failure(code) || never_connected)
            return Error(ErrorCode::unavailable,
                         console_.say(Message::cannot_connect, {endpoint_, reason}));
        return Error(ErrorCode::io, fmt::format("the call to {} failed ({})", url, reason));
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) return refusal(status, answer.error_type, answer.body);
    return {};
}

Result<JsonDocument> ApiClient::ask(const std::string& url, Answer& answer) {
    curl_easy_setopt(curl_->easy, CURLOPT_TIMEOUT_MS,
                     static_cast<long>(answer_timeout.as_milliseconds()));
    TRY(perform(url, answer));
    auto parsed = JsonDocument::parse(answer.body);
    if (!parsed)
        return Error(ErrorCode::internal,
                     fmt::format("the answer of {} is {}; is it a Tomograph server?", url,
                                 parsed.error().message()));
    return parsed;
}

Result<JsonDocument> ApiClient::call(std::string_view path, const std::string& body) {
    const std::string url = fmt::format("{}{}", endpoint_, path);
    if (console_.is_verbose)
        console_.err(safe_text(fmt::format("curl -sS {} -H 'Content-Type: application/json' -d {}",
                                           shell_quoted(url), shell_quoted(body))) +
                     "\n");
    Answer answer;
    prepare(url, answer);
    curl_easy_setopt(curl_->easy, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(curl_->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(body.size()));
    return ask(url, answer);
}

Result<JsonDocument> ApiClient::get(const std::string& path) {
    const std::string url = endpoint_ + path;
    if (console_.is_verbose)
        console_.err(safe_text(fmt::format("curl -sS {}", shell_quoted(url))) + "\n");
    Answer answer;
    prepare(url, answer);
    return ask(url, answer);
}

Result<JsonDocument> ApiClient::remove(const std::string& path) {
    const std::string url = endpoint_ + path;
    if (console_.is_verbose)
        console_.err(safe_text(fmt::format("curl -sS -X DELETE {}", shell_quoted(url))) + "\n");
    Answer answer;
    prepare(url, answer);
    curl_easy_setopt(curl_->easy, CURLOPT_CUSTOMREQUEST, "DELETE");
    return ask(url, answer);
}

Result<void> ApiClient::events(const std::string& path, const TakeEvent& take) {
    const std::string url = endpoint_ + path;
    if (console_.is_verbose)
        console_.err(safe_text(fmt::format("curl -sSN {}", shell_quoted(url))) + "\n");
    Answer answer;
    prepare(url, answer);
    answer.take = &take;
    // A server that is there says so four times in that time.
    curl_easy_setopt(curl_->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl_->easy, CURLOPT_LOW_SPEED_TIME,
                     answer_timeout.ns / Duration::seconds(1).ns);
    return perform(url, answer);
}

Result<void> ApiClient::pages(std::string_view path, const std::string& body,
                              const std::function<bool(Json answer)>& take) {
    std::string token;
    for (std::size_t page = 0; page < pages_max; ++page) {
        const std::string next =
            token.empty() ? "" : fmt::format(",\"NextToken\":{}", json_quoted(token));
        const JsonDocument answer = TRY(call(path, fmt::format("{{{}{}}}", body, next)));
        const bool wants_more = take(answer.root());
        token = answer.root()["NextToken"].text();
        if (!wants_more || token.empty()) return {};
    }
    return Error(ErrorCode::limit, fmt::format("the server gave more than {} pages", pages_max));
}

}  // namespace tomograph::cli
