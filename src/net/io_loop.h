#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "base/time.h"
#include "net/io_pool.h"

namespace tomograph {

/// One thread's event loop. Asio is behind it and in no other file: the connections above are plain
/// state machines that try, and wait when the kernel says "would block".
class IoLoop {
 public:
    using Task = std::function<void()>;

    IoLoop();
    ~IoLoop();
    IoLoop(const IoLoop&) = delete;
    IoLoop& operator=(const IoLoop&) = delete;

    /// Runs the task on the loop's thread, later, in the order of posting. Threads: any.
    void post(Task task);
    /// True on the loop's own thread while it runs.
    bool is_current() const;

    /// Scratch for one read, for whoever runs on the loop right now.
    std::span<char> read_buffer() { return {read_buffer_.get(), read_buffer_size_}; }

    /// The thread's body; returns after stop().
    void run();
    void stop();

    struct Impl;
    Impl& impl() { return *impl_; }  ///< for io_loop.cpp

 private:
    std::unique_ptr<Impl> impl_;
    std::unique_ptr<char[]> read_buffer_;
    std::size_t read_buffer_size_;
};

/// A descriptor owned and watched; closed at once when the kernel refuses to watch it (number() is
/// -1). Every call on the loop's thread, but for construction. A task that is already due when the
/// descriptor is closed may still run.
class WatchedDescriptor {
 public:
    WatchedDescriptor(IoLoop& loop, int descriptor);
    ~WatchedDescriptor();
    WatchedDescriptor(const WatchedDescriptor&) = delete;
    WatchedDescriptor& operator=(const WatchedDescriptor&) = delete;

    /// -1 after close().
    int number() const;
    /// Runs the task once when a read (a write) would not block. One wait of each kind at a time.
    void when_readable(IoLoop::Task task);
    void when_writable(IoLoop::Task task);
    /// Drops waiting tasks without running them, and closes.
    void close();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Runs one task later. Every call on the loop's thread. A task already due at cancel() may still
/// run.
class LoopTimer {
 public:
    explicit LoopTimer(IoLoop& loop);
    ~LoopTimer();
    LoopTimer(const LoopTimer&) = delete;
    LoopTimer& operator=(const LoopTimer&) = delete;

    /// Replaces the task that waits.
    void after(Duration delay, IoLoop::Task task);
    void cancel();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

struct IoPool::Impl {
    std::vector<std::unique_ptr<IoLoop>> loops;
    std::vector<std::thread> threads;
};

}  // namespace tomograph
