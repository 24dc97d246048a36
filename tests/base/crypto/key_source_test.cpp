#include "base/crypto/key_source.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

using namespace tomograph;

namespace {

const std::string raw = "0123456789abcdef0123456789abcdef";
const std::string base64 = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// A file that is gone afterwards.
class KeyFile {
 public:
    KeyFile(const std::string& text, mode_t mode) {
        path = "/tmp/tomo-key-XXXXXX";
        const int file = ::mkstemp(path.data());
        REQUIRE(file >= 0);
        REQUIRE(::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        REQUIRE(::fchmod(file, mode) == 0);
        ::close(file);
    }
    ~KeyFile() { ::unlink(path.c_str()); }
    std::string path;
};

Result<SecretKey> read_of(KeySource::Kind kind, const std::string& text) {
    return read_master_key({.kind = kind, .text = text}, Duration::milliseconds(2000));
}

}  // namespace

TEST_CASE("a key is 32 bytes or base64 of them") {
    for (const std::string& text : {raw, base64, base64 + "\n", base64 + " \r\n"})
        CHECK(parse_master_key(text).value().bytes() == raw);
    for (const std::string& text :
         {std::string(), raw.substr(1), raw + "x", base64.substr(4), "*" + base64.substr(1),
          base64.substr(0, 43) + "A", base64.substr(0, 42) + "==", base64 + "\n" + base64}) {
        const auto parsed = parse_master_key(text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().message() == "not a key: 32 bytes, or base64 of 32 bytes, are needed");
    }
}

TEST_CASE("a key file is read when nobody else can") {
    using enum KeySource::Kind;
    for (const mode_t mode : {0400, 0600}) {
        const KeyFile good(raw, mode);
        CHECK(read_of(file, good.path).value().bytes() == raw);
    }
    for (const mode_t mode : {0440, 0604, 0644, 0620}) {
        const KeyFile open(raw, mode);
        const auto read = read_of(file, open.path);
        REQUIRE_FALSE(read);
        CHECK(read.error().code() == ErrorCode::denied);
        CHECK(read.error().message().find("others may read it") != std::string::npos);
    }
    CHECK(read_of(file, "/tmp/no-such-key").error().code() == ErrorCode::not_found);
    CHECK(read_of(file, "/tmp").error().code() == ErrorCode::invalid);
    const KeyFile wrong("a secret that is no key", 0400);
    const auto read = read_of(file, wrong.path);
    REQUIRE_FALSE(read);
    CHECK(read.error().message().find("secret") == std::string::npos);
}

TEST_CASE("a key comes from a variable") {
    ::setenv("TOMO_TEST_KEY", base64.c_str(), 1);
    CHECK(read_of(KeySource::Kind::environment, "TOMO_TEST_KEY").value().bytes() == raw);
    CHECK(read_of(KeySource::Kind::environment, "TOMO_NO_SUCH_KEY").error().code() ==
          ErrorCode::not_found);
}

TEST_CASE("a command prints a key; no shell looks at it") {
    const auto run = [](const std::string& text) {
        return read_of(KeySource::Kind::command, text);
    };
    CHECK(run("printf %s " + base64).value().bytes() == raw);
    CHECK(run("sh -c 'printf %s \"" + base64 + "\"'").value().bytes() == raw);
    CHECK(run_key_command("printf %s $HOME;id", Duration::seconds(2)).value() == "$HOME;id");
    CHECK(run_key_command("printf \"%s|\" 'a b' c", Duration::seconds(2)).value() == "a b|c|");

    CHECK(run("/no/such/program").error().code() == ErrorCode::invalid);
    CHECK(run("").error().code() == ErrorCode::invalid);
    CHECK(run("printf 'open").error().code() == ErrorCode::invalid);
    CHECK(run("sh -c 'exit 3'").error().message() == "key command sh failed with status 3");
    CHECK(run("head -c 100000 /dev/zero").error().code() == ErrorCode::limit);
    // stdin is empty, not the terminal.
    CHECK(run("cat").error().code() == ErrorCode::invalid);
}

TEST_CASE("a command that does not end is ended") {
    for (const char* command : {"sleep 600", "sh -c 'exec >&-; sleep 600'"}) {
        const auto late = run_key_command(command, Duration::milliseconds(50));
        REQUIRE_FALSE(late);
        CHECK(late.error().code() == ErrorCode::timeout);
    }
}
