#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/file_system.h"

namespace tomograph {

/// Owns a file descriptor of the operating system.
class Descriptor {
 public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&&) = delete;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();

    explicit operator bool() const { return number_ >= 0; }
    int get() const { return number_; }

 private:
    int number_;
};

/// open(2), closed on exec; a new file is the group's to read. False, with errno, when it failed.
Descriptor open_descriptor(const std::string& path, int flags);

/// The code for errno's number: ENOSPC is limit, ENOENT is not_found…
ErrorCode code_of_errno(int number);

/// The error that errno tells of, with its place: "write /data/wal/7: No space left on device".
Error failed_call(std::string_view verb, const std::string& path);

/// The file behind `descriptor`, which is open and regular.
std::unique_ptr<File> make_real_file(Descriptor descriptor, const std::string& path);

}  // namespace tomograph
