#include "net/io_pool.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>

#include "net/io_loop.h"
#include "net/limits.h"

namespace tomograph {

namespace {

/// OpenSSL writes to sockets with write(), which raises SIGPIPE when the peer is gone. The signal
/// goes to the writing thread, so blocking it here is enough and leaves the process's disposition
/// alone.
void block_sigpipe() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

IoPool::IoPool(std::size_t threads) : impl_(std::make_unique<Impl>()) {
    threads = std::clamp<std::size_t>(threads, 1, io_threads_max);
    for (std::size_t i = 0; i < threads; ++i) impl_->loops.push_back(std::make_unique<IoLoop>());
    for (const auto& loop : impl_->loops)
        impl_->threads.emplace_back([&loop = *loop] {
            pthread_setname_np(pthread_self(), "tomo-io");
            block_sigpipe();
            loop.run();
        });
}

IoPool::~IoPool() {
    for (const auto& loop : impl_->loops) loop->stop();
    for (std::thread& thread : impl_->threads) thread.join();
}

}  // namespace tomograph
