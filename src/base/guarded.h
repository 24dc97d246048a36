#pragma once

#include <mutex>
#include <utility>

namespace tomograph {

/// A value reachable only through its lock.
///
///   Guarded<Queue> queue;
///   auto locked = queue.lock();   // held until `locked` goes away
///   locked->push(…);
template <class T>
class Guarded {
 public:
    class Locked {
     public:
        T* operator->() { return value_; }
        T& operator*() { return *value_; }
        /// For a condition variable to wait on.
        std::unique_lock<std::mutex>& mutex() { return lock_; }

     private:
        friend class Guarded;
        Locked(std::mutex& mutex, T& value) : lock_(mutex), value_(&value) {}
        std::unique_lock<std::mutex> lock_;
        T* value_;
    };

    template <class... Arguments>
    explicit Guarded(Arguments&&... arguments) : value_(std::forward<Arguments>(arguments)...) {}

    Locked lock() { return Locked(mutex_, value_); }

 private:
    std::mutex mutex_;
    T value_;
};

}  // namespace tomograph
