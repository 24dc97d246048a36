#pragma once

#include <memory>
#include <vector>

#include "net/http_connection_group.h"

namespace tomograph {

/// Accepts connections on one loop and deals them out to the groups in turn. Every call on the
/// loop's thread, but for construction.
class HttpListener : public std::enable_shared_from_this<HttpListener> {
 public:
    HttpListener(std::shared_ptr<HttpService> service, IoLoop& loop, int descriptor,
                 std::vector<std::shared_ptr<HttpConnectionGroup>> groups);

    void start();
    bool is_open() const { return descriptor_.number() >= 0; }
    void close();

 private:
    void accept_some();
    bool accept_one();
    void back_off();
    void turn_away(int descriptor, CloseCause cause);
    void wait();

    std::shared_ptr<HttpService> service_;
    WatchedDescriptor descriptor_;
    LoopTimer retry_timer_;
    std::vector<std::shared_ptr<HttpConnectionGroup>> groups_;
    std::size_t next_group_ = 0;
};

}  // namespace tomograph
