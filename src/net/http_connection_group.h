#pragma once

#include <memory>
#include <unordered_map>

#include "net/server_connection.h"

namespace tomograph {

/// The connections of one listener that live on one loop; owns them. Every call on the loop's
/// thread.
class HttpConnectionGroup final : public ConnectionOwner,
                                  public std::enable_shared_from_this<HttpConnectionGroup> {
 public:
    HttpConnectionGroup(std::shared_ptr<HttpService> service, IoLoop& loop);

    void adopt(std::shared_ptr<AcceptedSocket> socket);
    void begin_stop();
    void close_all();
    IoLoop& loop() { return loop_; }

    void forget(ServerConnection& closed) override;
    void replace(ServerConnection& old, std::shared_ptr<ServerConnection> next) override;

 private:
    void arm_sweep();
    void sweep();
    template <class Visit>
    void for_each(const Visit& visit);

    std::shared_ptr<HttpService> service_;
    IoLoop& loop_;
    LoopTimer sweep_timer_;
    bool sweeps_ = false;
    std::unordered_map<ServerConnection*, std::shared_ptr<ServerConnection>> connections_;
};

}  // namespace tomograph
