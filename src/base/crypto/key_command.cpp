#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <vector>

#include "base/crypto/key_source.h"
#include "base/descriptor.h"

extern char** environ;

namespace tomograph {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int exit_poll_ms = 5;

Result<std::vector<std::string>> split(std::string_view command) {
    std::vector<std::string> words;
    char quote = 0;
    bool is_in_word = false;
    for (const char c : command) {
        if (quote != 0 ? c == quote : c == '"' || c == '\'') {
            quote = quote != 0 ? '\0' : c;
            if (!is_in_word) words.emplace_back();
            is_in_word = true;
        } else if (quote == 0 && c == ' ') {
            is_in_word = false;
        } else {
            if (!is_in_word) words.emplace_back();
            is_in_word = true;
            words.back().push_back(c);
        }
    }
    if (quote != 0) return Error(ErrorCode::invalid, "key command: a quote is not closed");
    if (words.empty() || words.front().empty())
        return Error(ErrorCode::invalid, "key command: no program is named");
    return words;
}

/// A program under way, in a process group of its own; killed and reaped unless it was waited for.
class Child {
 public:
    explicit Child(pid_t id) : id_(id) {}
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (id_ <= 0) return;
        ::kill(-id_, SIGKILL);
        while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }

    /// The exit status once it has ended.
    std::optional<int> ended() {
        int status = 0;
        if (::waitpid(id_, &status, WNOHANG) != id_) return std::nullopt;
        id_ = 0;
        return status;
    }

 private:
    pid_t id_;
};

Result<pid_t> spawn(std::vector<std::string>& words, int output) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    // The server blocks and ignores signals that the program may need.
    sigset_t none;
    sigset_t usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    pid_t id = 0;
    const int failed =
        ::posix_spawnp(&id, arguments.front(), &actions, &attributes, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed == 0) return id;
    errno = failed;
    return error_from_errno(ErrorCode::invalid, "key command " + words.front());
}

int milliseconds_until(SteadyClock::time_point end) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - SteadyClock::now()).count();
    return left < 0 ? 0 : static_cast<int>(left) + 1;
}

}  // namespace

Result<std::string> run_key_command(std::string_view command, Duration time_max) {
    std::vector<std::string> words = TRY(split(command));
    const std::string name = "key command " + words.front();
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return error_from_errno(ErrorCode::io, "pipe");
    const Descriptor input(ends[0]);
    std::optional<Descriptor> output(std::in_place, ends[1]);
    const auto end = SteadyClock::now() + std::chrono::nanoseconds(time_max.ns);
    Child child(TRY(spawn(words, output->get())));
    output.reset();

    const Error late(ErrorCode::timeout,
                     fmt::format("{} took more than {} s", name, time_max.as_seconds()));
    std::string text(key_text_bytes_max + 1, '\0');
    std::size_t size = 0;
    while (true) {
        pollfd waiting{.fd = input.get(), .events = POLLIN, .revents = 0};
        const int ready = ::poll(&waiting, 1, milliseconds_until(end));
        if (ready == 0) return late;
        if (ready < 0 && errno == EINTR) continue;
        const ssize_t got = ::read(input.get(), text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return error_from_errno(ErrorCode::io, name);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
        if (size > key_text_bytes_max) {
            erase_secret(text);
            return Error(ErrorCode::limit,
                         fmt::format("{} prints more than {} bytes", name, key_text_bytes_max));
        }
    }
    text.resize(size);
    while (true) {
        const auto status = child.ended();
        if (status && *status == 0) return text;
        if (status) {
            erase_secret(text);
            return Error(
                ErrorCode::invalid,
                fmt::format("{} failed with status {}", name,
                            WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status)));
        }
        if (milliseconds_until(end) == 0) return late;
        static_cast<void>(::poll(nullptr, 0, exit_poll_ms));
    }
}

}  // namespace tomograph
