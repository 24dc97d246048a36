#include "base/descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tomograph {

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor::~Descriptor() {
    // What must not be lost was synced before; close itself has nothing to tell that we could act
    // on.
    if (number_ >= 0) ::close(number_);
}

Descriptor open_descriptor(const std::string& path, int flags) {
    // Traces tell what a company does: the group may read (backups), the world may not.
    constexpr mode_t file_mode = 0640;
    int number = -1;
    do {
        number = ::open(path.c_str(), flags | O_CLOEXEC, file_mode);
    } while (number < 0 && errno == EINTR);
    return Descriptor(number);
}

ErrorCode code_of_errno(int number) {
    switch (number) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return ErrorCode::limit;
        case ENOENT:
        case ENOTDIR:
            return ErrorCode::not_found;
        case EEXIST:
        case ENOTEMPTY:
            return ErrorCode::conflict;
        case EISDIR:
        case EINVAL:
        case ENAMETOOLONG:
            return ErrorCode::invalid;
        default:
            return ErrorCode::io;
    }
}

Error failed_call(std::string_view verb, const std::string& path) {
    return error_from_errno(code_of_errno(errno), fmt::format("{} {}", verb, path));
}

}  // namespace tomograph
