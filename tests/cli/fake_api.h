#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "cli/api_client.h"
#include "cli/console.h"
#include "net/http_server.h"
#include "net/io_pool.h"

namespace tomograph::cli {

/// An API on a free port of loopback that gives fixed answers by path and remembers what it was
/// asked.
class FakeApi {
 public:
    FakeApi()
        : server_(std::move(HttpServer::start(
                                pool_,
                                {.address = "127.0.0.1:0", .tls = {}, .limits = {}, .name = "fake"},
                                [this](HttpRequest request, const HttpRespond& respond) {
                                    answer(request, respond);
                                },
                                [](int status, std::string_view) {
                                    return HttpReply{.status = status, .headers = {}, .body = {}};
                                },
                                metrics_))
                      .value()) {}

    void reply(const std::string& path, HttpReply reply) {
        const std::lock_guard lock(mutex_);
        replies_[path].push_back(std::move(reply));
    }
    std::string endpoint() const { return "http://" + server_->address(); }
    std::vector<std::string> bodies() {
        const std::lock_guard lock(mutex_);
        return bodies_;
    }

 private:
    /// The replies of a path in turn; the last one for ever.
    void answer(const HttpRequest& request, const HttpRespond& respond) {
        HttpReply reply{.status = 404, .headers = {}, .body = "not found"};
        {
            const std::lock_guard lock(mutex_);
            bodies_.push_back(request.path + " " + request.body);
            auto& waiting = replies_[request.path];
            if (!waiting.empty()) reply = waiting.front();
            if (waiting.size() > 1) waiting.erase(waiting.begin());
        }
        respond(std::move(reply));
    }

    std::mutex mutex_;
    std::map<std::string, std::vector<HttpReply>> replies_;
    std::vector<std::string> bodies_;
    MetricsRegistry metrics_;
    IoPool pool_{1};
    std::unique_ptr<HttpServer> server_;
};

/// A console that keeps what was said.
struct Captured {
    ManualClock clock{Instant::from_seconds(1'787'371'200)};  // 2026-08-22T04:00:00Z
    std::string out;
    std::string err;
    Console console{.terminal = {.is_tty = false, .colour = false, .unicode = true, .columns = 100},
                    .clock = clock,
                    .out = [this](std::string_view text) { out += text; },
                    .err = [this](std::string_view text) { err += text; }};
};

}  // namespace tomograph::cli
