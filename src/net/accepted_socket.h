#pragma once

#include <memory>

#include "net/http_service.h"
#include "net/peer_address.h"

namespace tomograph {

/// A socket and its seat in the service's ledger, from accept() until no one needs it any more.
struct AcceptedSocket {
    /// The ledger has entered the peer.
    AcceptedSocket(std::shared_ptr<HttpService> service_in, int descriptor_in, PeerAddress peer_in)
        : service(std::move(service_in)), descriptor(descriptor_in), peer(peer_in) {}
    ~AcceptedSocket();
    AcceptedSocket(const AcceptedSocket&) = delete;
    AcceptedSocket& operator=(const AcceptedSocket&) = delete;

    std::shared_ptr<HttpService> service;
    int descriptor;  ///< -1 when someone else owns it
    PeerAddress peer;
};

}  // namespace tomograph
