#include "net/io_loop.h"

// Asio's fences around a handler add to locks that order everything already; TSan knows no fences,
// and g++ refuses them under it.
#ifdef __SANITIZE_THREAD__
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif

#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <exception>

#include "base/log.h"
#include "net/limits.h"

namespace tomograph {

namespace asio = boost::asio;

struct IoLoop::Impl {
    asio::io_context context{1};  // one thread runs it
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
};

IoLoop::IoLoop()
    : impl_(std::make_unique<Impl>()),
      read_buffer_(std::make_unique_for_overwrite<char[]>(read_buffer_bytes)),
      read_buffer_size_(read_buffer_bytes) {}

IoLoop::~IoLoop() = default;

void IoLoop::post(Task task) { asio::post(impl_->context, std::move(task)); }

bool IoLoop::is_current() const { return impl_->context.get_executor().running_in_this_thread(); }

void IoLoop::run() {
    for (;;) {
        try {
            impl_->context.run();
            return;
        } catch (const std::exception& thrown) {
            // The task is lost, the others are not: one connection must not end the process.
            log_error("task of an I/O thread failed", {{"error", thrown.what()}});
        }
    }
}

void IoLoop::stop() { impl_->context.stop(); }

struct WatchedDescriptor::Impl {
    asio::posix::stream_descriptor descriptor;

    void when(asio::posix::descriptor_base::wait_type kind, IoLoop::Task task) {
        descriptor.async_wait(kind, [task = std::move(task)](boost::system::error_code failed) {
            if (!failed) task();
        });
    }
};

WatchedDescriptor::WatchedDescriptor(IoLoop& loop, int descriptor)
    : impl_(new Impl{asio::posix::stream_descriptor(loop.impl().context)}) {
    boost::system::error_code failed;
    if (impl_->descriptor.assign(descriptor, failed)) ::close(descriptor);
}

WatchedDescriptor::~WatchedDescriptor() = default;

int WatchedDescriptor::number() const {
    return impl_->descriptor.is_open() ? impl_->descriptor.native_handle() : -1;
}

void WatchedDescriptor::when_readable(IoLoop::Task task) {
    impl_->when(asio::posix::descriptor_base::wait_read, std::move(task));
}

void WatchedDescriptor::when_writable(IoLoop::Task task) {
    impl_->when(asio::posix::descriptor_base::wait_write, std::move(task));
}

void WatchedDescriptor::close() {
    boost::system::error_code ignored;  // the descriptor is gone either way
    ignored = impl_->descriptor.close(ignored);
}

struct LoopTimer::Impl {
    asio::steady_timer timer;
};

LoopTimer::LoopTimer(IoLoop& loop) : impl_(new Impl{asio::steady_timer(loop.impl().context)}) {}

LoopTimer::~LoopTimer() = default;

void LoopTimer::after(Duration delay, IoLoop::Task task) {
    impl_->timer.expires_after(std::chrono::nanoseconds(delay.ns));
    impl_->timer.async_wait([task = std::move(task)](boost::system::error_code failed) {
        if (!failed) task();
    });
}

void LoopTimer::cancel() { impl_->timer.cancel(); }

}  // namespace tomograph
