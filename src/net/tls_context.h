#pragma once

#include <memory>

#include "base/result.h"
#include "net/http_server.h"
#include "net/transport.h"

namespace tomograph {

/// A listener's certificate, key and TLS rules: TLS 1.2 with ECDHE and AEAD, or 1.3; ALPN h2 or
/// http/1.1.
class TlsContext {
 public:
    /// errors  invalid  a file cannot be read, is not PEM, or the key is another certificate's
    static Result<std::unique_ptr<TlsContext>> load(const TlsFiles& files);
    ~TlsContext();

    /// The server's end of a connection on that descriptor. Threads: any. Null when memory ran out.
    std::unique_ptr<Transport> accept(int descriptor) const;

 private:
    struct Impl;
    explicit TlsContext(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace tomograph
