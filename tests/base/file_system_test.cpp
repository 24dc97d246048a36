// What every FileSystem does: one table, run against the real one and the fault one.
#include "base/file_system.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include "base/fault_file_system.h"
#include "support/temporary_directory.h"

namespace tomograph {
namespace {

/// What a case gets: a file system and an empty directory of its own.
struct Place {
    FileSystem& files;
    std::string at;

    std::string operator/(const std::string& name) const { return at + "/" + name; }
};

void put(const Place& place, const std::string& name, std::string_view bytes) {
    const auto file = place.files.open(place / name, OpenMode::replace);
    REQUIRE(file);
    REQUIRE((*file)->write(0, bytes));
    REQUIRE((*file)->sync());
}

std::string get(const Place& place, const std::string& name) {
    const auto bytes = read_file(place.files, place / name, 1 << 20);
    return bytes ? *bytes : std::string(to_text(bytes.error().code()));
}

std::string list(const Place& place, const std::string& name) {
    const auto names = place.files.list(name.empty() ? place.at : place / name);
    if (!names) return std::string(to_text(names.error().code()));
    std::string text;
    for (const std::string& entry : *names) text += (text.empty() ? "" : " ") + entry;
    return text;
}

/// The code of the error as text, or "done".
template <class T>
std::string outcome(const Result<T>& result) {
    return result ? "done" : std::string(to_text(result.error().code()));
}

struct Case {
    const char* name;
    std::function<void(const Place&)> check;
};

const Case file_cases[] = {
    {"bytes are read back where they were written",
     [](const Place& place) {
         const auto file = place.files.open(place / "a", OpenMode::create);
         REQUIRE(file);
         CHECK(outcome((*file)->write(0, "hello world")) == "done");
         CHECK(outcome((*file)->write(6, "earth")) == "done");
         CHECK((*file)->read(0, 11).value() == "hello earth");
         CHECK((*file)->read(6, 2).value() == "ea");
         CHECK((*file)->read(11, 0).value().empty());
         CHECK((*file)->size().value() == 11);
     }},
    {"a write past the end leaves zeros between",
     [](const Place& place) {
         const auto file = place.files.open(place / "a", OpenMode::create);
         REQUIRE(file);
         CHECK((*file)->write(3, "x"));
         CHECK((*file)->read(0, 4).value() == std::string("\0\0\0x", 4));
     }},
    {"a read past the end is corrupt and says where the file ends",
     [](const Place& place) {
         put(place, "a", "12345");
         const auto file = place.files.open(place / "a", OpenMode::read);
         REQUIRE(file);
         for (const auto& [offset, size] :
              std::vector<std::pair<std::uint64_t, std::size_t>>{{0, 6},
                                                                 {5, 1},
                                                                 {900, 1},
                                                                 {~0ULL, 1},
                                                                 {~0ULL, ~0UL},
                                                                 {1, ~0UL},
                                                                 {1ULL << 62, 1 << 20}}) {
             const auto bytes = (*file)->read(offset, size);
             REQUIRE_FALSE(bytes);
             CHECK(bytes.error().code() == ErrorCode::corrupt);
             CHECK(bytes.error().message().ends_with("but the file ends at 5"));
         }
     }},
    {"an offset that no file has is a limit",
     [](const Place& place) {
         const auto file = place.files.open(place / "a", OpenMode::create);
         REQUIRE(file);
         CHECK(outcome((*file)->write(~0ULL, "x")) == "limit");
         CHECK(outcome((*file)->truncate(~0ULL)) == "limit");
         CHECK(outcome((*file)->allocate(~0ULL)) == "limit");
         CHECK((*file)->size().value() == 0);
     }},
    {"truncate cuts and grows by zeros",
     [](const Place& place) {
         put(place, "a", "12345");
         const auto file = place.files.open(place / "a", OpenMode::read_write);
         REQUIRE(file);
         CHECK((*file)->truncate(2));
         CHECK((*file)->truncate(4));
         CHECK(get(place, "a") == std::string("12\0\0", 4));
     }},
    {"allocate grows by zeros and never cuts",
     [](const Place& place) {
         put(place, "a", "12345");
         const auto file = place.files.open(place / "a", OpenMode::read_write);
         REQUIRE(file);
         CHECK((*file)->allocate(3));
         CHECK((*file)->size().value() == 5);
         CHECK((*file)->allocate(3'000'000));
         CHECK((*file)->size().value() == 3'000'000);
         CHECK((*file)->read(0, 7).value() == std::string("12345\0\0", 7));
         CHECK((*file)->read(5, 2'999'995).value() == std::string(2'999'995, '\0'));
     }},
    {"a file opened for reading cannot be changed",
     [](const Place& place) {
         put(place, "a", "12345");
         const auto file = place.files.open(place / "a", OpenMode::read);
         REQUIRE(file);
         CHECK_FALSE((*file)->write(0, "x"));
         CHECK_FALSE((*file)->truncate(0));
         CHECK(get(place, "a") == "12345");
     }},
    {"each open mode has its condition",
     [](const Place& place) {
         CHECK(outcome(place.files.open(place / "a", OpenMode::read)) == "not_found");
         CHECK(outcome(place.files.open(place / "a", OpenMode::read_write)) == "not_found");
         CHECK(outcome(place.files.open(place / "a", OpenMode::create)) == "done");
         CHECK(outcome(place.files.open(place / "a", OpenMode::create)) == "conflict");
         put(place, "a", "old");
         CHECK(outcome(place.files.open(place / "a", OpenMode::read_write)) == "done");
         CHECK(get(place, "a") == "old");
         CHECK(outcome(place.files.open(place / "a", OpenMode::replace)) == "done");
         CHECK(get(place, "a").empty());
         CHECK(outcome(place.files.open(place / "no/b", OpenMode::create)) == "not_found");
         CHECK(outcome(place.files.open(place / "a/b", OpenMode::create)) == "not_found");
     }},
    {"a directory is not a file",
     [](const Place& place) {
         CHECK(outcome(place.files.open(place.at, OpenMode::read)) == "invalid");
         CHECK(outcome(place.files.open(place.at, OpenMode::read_write)) == "invalid");
         CHECK(outcome(place.files.open(place.at, OpenMode::replace)) == "invalid");
         CHECK(outcome(place.files.open(place.at, OpenMode::create)) == "conflict");
         CHECK(outcome(place.files.lock(place.at)) == "invalid");
     }},
    {"an open file outlives its name",
     [](const Place& place) {
         put(place, "a", "12345");
         const auto file = place.files.open(place / "a", OpenMode::read);
         REQUIRE(file);
         CHECK(place.files.remove(place / "a"));
         put(place, "a", "new");
         CHECK((*file)->read(0, 5).value() == "12345");
     }},
};

const Case directory_cases[] = {
    {"names are listed in order",
     [](const Place& place) {
         CHECK(list(place, "").empty());
         for (const char* name : {"b", "a", "c"}) put(place, name, "");
         CHECK(place.files.make_directories(place / "aa"));
         CHECK(list(place, "") == "a aa b c");
         CHECK(list(place, "none") == "not_found");
         CHECK(list(place, "a") == "not_found");
     }},
    {"directories are made with their parents, once or twice",
     [](const Place& place) {
         CHECK(place.files.make_directories(place / "x/y/z"));
         CHECK(place.files.make_directories(place / "x/y/z"));
         CHECK(place.files.make_directories(place / "x//y/w/"));
         CHECK(list(place, "x/y") == "w z");
         put(place, "x/f", "");
         CHECK(outcome(place.files.make_directories(place / "x/f")) == "conflict");
         CHECK_FALSE(place.files.make_directories(place / "x/f/g"));
     }},
    {"a link is a second name of the same bytes, and replaces nothing",
     [](const Place& place) {
         put(place, "a", "bytes");
         const auto file = place.files.open(place / "a", OpenMode::read);
         REQUIRE(file);
         CHECK((*file)->links().value() == 1);
         CHECK(outcome(place.files.link(place / "a", place / "b")) == "done");
         CHECK((*file)->links().value() == 2);
         CHECK(outcome(place.files.link(place / "a", place / "b")) == "conflict");
         CHECK(outcome(place.files.link(place / "a", place / "none/b")) == "not_found");
         CHECK(outcome(place.files.link(place / "none", place / "c")) == "not_found");
         CHECK(outcome(place.files.remove(place / "a")) == "done");
         CHECK(get(place, "b") == "bytes");
         CHECK(list(place, "") == "b");
     }},
    {"a rename replaces",
     [](const Place& place) {
         put(place, "a", "new");
         put(place, "b", "old");
         CHECK(outcome(place.files.rename(place / "a", place / "b")) == "done");
         CHECK(list(place, "") == "b");
         CHECK(get(place, "b") == "new");
         CHECK(outcome(place.files.rename(place / "b", place / "b")) == "done");
         CHECK(get(place, "b") == "new");
         CHECK(outcome(place.files.rename(place / "a", place / "c")) == "not_found");
         CHECK(outcome(place.files.rename(place / "b", place / "none/b")) == "not_found");
     }},
    {"a directory moves with what is in it",
     [](const Place& place) {
         CHECK(place.files.make_directories(place / "x/y"));
         CHECK(place.files.make_directories(place / "empty"));
         put(place, "x/y/f", "bytes");
         CHECK(outcome(place.files.rename(place / "x/y", place / "empty")) == "done");
         CHECK(get(place, "empty/f") == "bytes");
         CHECK(list(place, "x").empty());
         CHECK(outcome(place.files.rename(place / "x", place / "empty")) == "conflict");
         CHECK(outcome(place.files.rename(place / "empty", place / "empty/deep")) == "invalid");
         CHECK(outcome(place.files.rename(place / "empty/f", place / "x")) == "invalid");
         CHECK(outcome(place.files.rename(place / "x", place / "empty/f")) == "not_found");
     }},
    {"files and empty directories are removed",
     [](const Place& place) {
         CHECK(place.files.make_directories(place / "x"));
         put(place, "x/f", "");
         CHECK(outcome(place.files.remove(place / "x")) == "conflict");
         CHECK(outcome(place.files.remove(place / "x/f")) == "done");
         CHECK(outcome(place.files.remove(place / "x")) == "done");
         CHECK(outcome(place.files.remove(place / "x")) == "not_found");
         CHECK(list(place, "").empty());
     }},
    {"exists tells of files and directories",
     [](const Place& place) {
         put(place, "f", "");
         CHECK(place.files.exists(place.at).value());
         CHECK(place.files.exists(place / "f").value());
         CHECK_FALSE(place.files.exists(place / "g").value());
         CHECK_FALSE(place.files.exists(place / "f/g").value());
     }},
    {"a directory can be synced, a missing one cannot",
     [](const Place& place) {
         put(place, "f", "");
         CHECK(outcome(place.files.sync_directory(place.at)) == "done");
         CHECK(outcome(place.files.sync_directory(place / "g")) == "not_found");
         CHECK(outcome(place.files.sync_directory(place / "f")) == "not_found");
     }},
    {"free space is at most the whole",
     [](const Place& place) {
         const auto space = place.files.space(place.at);
         REQUIRE(space);
         CHECK(space->total_bytes > 0);
         CHECK(space->free_bytes <= space->total_bytes);
         CHECK(outcome(place.files.space(place / "g")) == "not_found");
     }},
    {"a lock has one holder",
     [](const Place& place) {
         {
             const auto first = place.files.lock(place / "LOCK");
             REQUIRE(first);
             CHECK(outcome(place.files.lock(place / "LOCK")) == "conflict");
             CHECK(outcome(place.files.lock(place / "OTHER")) == "done");
         }
         CHECK(outcome(place.files.lock(place / "LOCK")) == "done");
         CHECK(outcome(place.files.lock(place / "none/LOCK")) == "not_found");
         CHECK(list(place, "") == "LOCK OTHER");
     }},
    {"read_file refuses a file larger than asked for",
     [](const Place& place) {
         put(place, "a", "12345");
         CHECK(outcome(read_file(place.files, place / "a", 5)) == "done");
         CHECK(outcome(read_file(place.files, place / "a", 4)) == "limit");
         CHECK(outcome(read_file(place.files, place / "b", 4)) == "not_found");
     }},
    {"replace_file leaves nothing but the new bytes",
     [](const Place& place) {
         CHECK(replace_file(place.files, place / "a", "one"));
         put(place, "a.tmp", "left by a crash, and longer");
         CHECK(replace_file(place.files, place / "a", "two"));
         CHECK(get(place, "a") == "two");
         CHECK(list(place, "") == "a");
         CHECK(outcome(replace_file(place.files, place / "none/a", "x")) == "not_found");
     }},
};

void check_all(const std::function<void(const Case&)>& check) {
    for (const Case& c : file_cases) check(c);
    for (const Case& c : directory_cases) check(c);
}

}  // namespace

TEST_CASE("the real file system does what every file system does") {
    check_all([](const Case& c) {
        CAPTURE(c.name);
        const TemporaryDirectory directory;
        const auto files = make_real_file_system();
        c.check({*files, directory.path()});
    });
}

TEST_CASE("the fault file system without faults does what every file system does") {
    check_all([](const Case& c) {
        CAPTURE(c.name);
        FaultFileSystem files;
        REQUIRE(files.make_directories("/data/here"));
        c.check({files, "/data/here"});
    });
}

TEST_CASE("an error names the call, the file and the cause") {
    const auto files = make_real_file_system();
    const auto opened = files->open("/proc/no/such/file", OpenMode::read);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().message() == "open /proc/no/such/file: No such file or directory");
}

TEST_CASE("a device is not a file, and a FIFO does not hang") {
    const TemporaryDirectory directory;
    const std::string fifo = directory.path() + "/fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const auto files = make_real_file_system();
    CHECK(outcome(files->open("/dev/full", OpenMode::read_write)) == "invalid");
    CHECK(outcome(files->open(fifo, OpenMode::read)) == "invalid");
}

// A full disk needs root to make; the bound on file sizes ends in the same branch (EFBIG).
TEST_CASE("a write that finds no room is a limit, and a failed allocate leaves the size alone") {
    const TemporaryDirectory directory;
    const auto files = make_real_file_system();
    const auto file = files->open(directory.path() + "/a", OpenMode::create);
    REQUIRE(file);

    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit small{.rlim_cur = 3 << 20, .rlim_max = before.rlim_max};
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const bool is_written = bool((*file)->write(0, "bytes"));
    const auto allocated = (*file)->allocate(8 << 20);
    const auto size = (*file)->size();
    const auto written = (*file)->write(8 << 20, "x");
    const auto replaced = replace_file(*files, directory.path() + "/b", std::string(4 << 20, 'x'));
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, old_handler);

    CHECK(is_written);
    CHECK(outcome(allocated) == "limit");
    CHECK(size.value() == 5);
    CHECK(outcome(written) == "limit");
    CHECK(outcome(replaced) == "limit");
    CHECK(files->list(directory.path()).value() == std::vector<std::string>{"a"});
}

}  // namespace tomograph
