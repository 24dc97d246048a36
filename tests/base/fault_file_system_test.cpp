// What only the fault file system does: forget, fail, crash, fill up.
#include "base/fault_file_system.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace tomograph {
namespace {

constexpr std::uint64_t seeds = 200;

std::unique_ptr<File> open(FileSystem& files, const std::string& path, OpenMode mode) {
    auto file = files.open(path, mode);
    REQUIRE(file);
    return std::move(file).value();
}

std::string get(FileSystem& files, const std::string& path) {
    const auto bytes = read_file(files, path, 1 << 20);
    return bytes ? *bytes : std::string(to_text(bytes.error().code()));
}

void put_durably(FileSystem& files, const std::string& path, std::string_view bytes) {
    const auto file = open(files, path, OpenMode::create);
    REQUIRE(file->write(0, bytes));
    REQUIRE(file->sync());
    REQUIRE(files.sync_directory(path.substr(0, path.rfind('/') + 1)));
}

using Outcomes = std::set<std::string>;

/// What `look` can see after `work` and a power cut, over many seeds.
Outcomes outcomes_of(const std::function<void(FaultFileSystem&)>& work,
                     const std::function<std::string(FaultFileSystem&)>& look) {
    Outcomes outcomes;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        FaultFileSystem files(seed);
        work(files);
        files.power_cut();
        outcomes.insert(look(files));
    }
    return outcomes;
}

/// The file as one letter per sector; '.' is a sector of zeros.
std::string sectors(FaultFileSystem& files, const std::string& path) {
    const std::string bytes = get(files, path);
    std::string letters;
    for (std::size_t at = 0; at < bytes.size(); at += 512)
        letters += bytes[at] == '\0' ? '.' : bytes[at];
    return letters;
}

std::string sector_of(char letter) { return std::string(512, letter); }

std::string names(FaultFileSystem& files, const std::string& path) {
    std::string text;
    const auto list = files.list(path);
    REQUIRE(list);
    for (const std::string& name : *list)
        text += fmt::format("{}={} ", name, get(files, fmt::format("{}/{}", path, name)));
    return text;
}

}  // namespace

TEST_CASE("synced bytes under a synced name survive every power cut") {
    const auto outcomes = outcomes_of([](auto& files) { put_durably(files, "/a", "bytes"); },
                                      [](auto& files) { return get(files, "/a"); });
    CHECK(outcomes == Outcomes{"bytes"});
}

TEST_CASE("a name that was not synced may be gone, and its bytes with it") {
    const auto outcomes = outcomes_of(
        [](auto& files) {
            const auto file = open(files, "/a", OpenMode::create);
            REQUIRE(file->write(0, "bytes"));
            REQUIRE(file->sync());
        },
        [](auto& files) { return get(files, "/a"); });
    CHECK(outcomes == Outcomes{"bytes", "not_found"});
}

TEST_CASE("each unsynced sector survives or not, and so does the size") {
    const auto outcomes = outcomes_of(
        [](auto& files) {
            put_durably(files, "/a", sector_of('A'));
            const auto file = open(files, "/a", OpenMode::read_write);
            REQUIRE(file->write(0, sector_of('B') + sector_of('C') + sector_of('D')));
        },
        [](auto& files) { return sectors(files, "/a"); });
    const Outcomes all = {"A", "B", "A..", "B..", "AC.", "BC.", "A.D", "B.D", "ACD", "BCD"};
    CHECK(outcomes == all);
}

TEST_CASE("a sector written twice may hold the first of the two") {
    const auto outcomes = outcomes_of(
        [](auto& files) {
            put_durably(files, "/a", sector_of('A'));
            const auto file = open(files, "/a", OpenMode::read_write);
            REQUIRE(file->write(0, "B"));
            REQUIRE(file->write(0, "C"));
        },
        [](auto& files) { return sectors(files, "/a"); });
    CHECK(outcomes == Outcomes{"A", "B", "C"});
}

TEST_CASE("synced bytes stay when their sector is written again") {
    const auto outcomes = outcomes_of(
        [](auto& files) {
            put_durably(files, "/a", "synced");
            const auto file = open(files, "/a", OpenMode::read_write);
            REQUIRE(file->write(6, "-new"));
        },
        [](auto& files) { return get(files, "/a"); });
    // The size and the sector are written apart from each other.
    CHECK(outcomes == Outcomes{"synced", "synced-new", std::string("synced\0\0\0\0", 10)});
}

TEST_CASE("a cut file may have its old size again") {
    const auto outcomes = outcomes_of(
        [](auto& files) {
            put_durably(files, "/a", "12345");
            REQUIRE(open(files, "/a", OpenMode::read_write)->truncate(2));
        },
        [](auto& files) { return get(files, "/a"); });
    CHECK(outcomes == Outcomes{"12", "12345", std::string("12\0\0\0", 5)});
}

TEST_CASE("an unsynced rename is done or not, never half") {
    const auto outcomes = outcomes_of(
        [](auto& files) {
            put_durably(files, "/old", "o");
            put_durably(files, "/new", "n");
            REQUIRE(files.rename("/new", "/old"));
        },
        [](auto& files) { return names(files, "/"); });
    CHECK(outcomes == Outcomes{"new=n old=o ", "old=n "});
}

TEST_CASE("a surviving rename brings the creation before it, and not the bytes") {
    const auto outcomes = outcomes_of(
        [](auto& files) {
            put_durably(files, "/old", "o");
            REQUIRE(open(files, "/new", OpenMode::create)->write(0, "n"));
            REQUIRE(files.rename("/new", "/old"));
        },
        [](auto& files) { return names(files, "/"); });
    CHECK(outcomes.contains("old=n "));
    CHECK(outcomes.contains("old= "));
    CHECK(outcomes.contains("old=o "));
    CHECK(outcomes.contains("new= old=o "));
    for (const std::string& outcome : outcomes) CHECK(outcome.find("old=") != std::string::npos);
}

TEST_CASE("an unsynced removal may be undone") {
    const auto outcomes = outcomes_of(
        [](auto& files) {
            put_durably(files, "/a", "a");
            put_durably(files, "/b", "b");
            REQUIRE(files.remove("/a"));
            REQUIRE(files.remove("/b"));
        },
        [](auto& files) { return names(files, "/"); });
    CHECK(outcomes == Outcomes{"", "a=a ", "b=b ", "a=a b=b "});
}

TEST_CASE("a synced directory keeps its renames and forgets its removals") {
    const auto outcomes = outcomes_of(
        [](auto& files) {
            REQUIRE(files.make_directories("/x/y"));
            put_durably(files, "/x/a", "a");
            put_durably(files, "/x/b", "b");
            REQUIRE(files.rename("/x/a", "/x/y/a"));
            REQUIRE(files.remove("/x/b"));
            REQUIRE(files.sync_directory("/x"));
        },
        [](auto& files) { return names(files, "/x/y") + names(files, "/x"); });
    CHECK(outcomes == Outcomes{"a=a y=invalid "});
}

TEST_CASE("made directories are durable, whatever was under their name before") {
    const auto outcomes = outcomes_of(
        [](auto& files) {
            REQUIRE(files.make_directories("/x"));
            REQUIRE(files.remove("/x"));
            REQUIRE(files.make_directories("/x/y/z"));
        },
        [](auto& files) { return names(files, "/x/y"); });
    CHECK(outcomes == Outcomes{"z=invalid "});
}

TEST_CASE("replace_file holds the old bytes or the new ones, wherever the process dies") {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        for (std::uint64_t n = 1; n < 10; ++n) {
            CAPTURE(seed);
            CAPTURE(n);
            FaultFileSystem files(seed);
            REQUIRE(replace_file(files, "/a", "old"));
            files.crash_at_call(n);
            const bool is_done = bool(replace_file(files, "/a", "new"));
            files.power_cut();
            const std::string bytes = get(files, "/a");
            CHECK((bytes == "new" || (bytes == "old" && !is_done)));
        }
    }
}

TEST_CASE("the same seed and the same calls give the same disk") {
    const auto run = [](std::uint64_t seed) {
        FaultFileSystem files(seed);
        std::string text;
        for (int round = 0; round < 20; ++round) {
            const auto file = open(files, "/a" + std::to_string(round), OpenMode::create);
            REQUIRE(file->write(0, std::string(5000, 'x')));
            files.power_cut();
            text += names(files, "/");
        }
        return text;
    };
    CHECK(run(7) == run(7));
    CHECK(run(7) != run(8));
}

TEST_CASE("the n-th call fails, and only that one") {
    FaultFileSystem files;
    const auto file = open(files, "/a", OpenMode::create);
    files.fail_call(2);
    CHECK(file->write(0, "one"));
    const auto failed = file->write(3, "two");
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code() == ErrorCode::io);
    CHECK(failed.error().message() == "write /a: injected fault");
    CHECK(file->write(3, "two"));
    CHECK(get(files, "/a") == "onetwo");
    CHECK_FALSE(files.crashed());
}

TEST_CASE("every kind of call is counted and can fail") {
    FaultFileSystem files;
    const auto file = open(files, "/a", OpenMode::create);
    const std::vector<std::function<bool()>> calls = {
        [&] { return bool(file->read(0, 0)); },
        [&] { return bool(file->write(0, "a")); },
        [&] { return bool(file->sync()); },
        [&] { return bool(file->truncate(1)); },
        [&] { return bool(file->allocate(1)); },
        [&] { return bool(file->size()); },
        [&] { return bool(files.open("/a", OpenMode::read)); },
        [&] { return bool(files.rename("/a", "/a")); },
        [&] { return bool(files.make_directories("/x")); },
        [&] { return bool(files.list("/")); },
        [&] { return bool(files.sync_directory("/")); },
        [&] { return bool(files.exists("/a")); },
        [&] { return bool(files.space("/")); },
        [&] { return bool(files.lock("/LOCK")); },
        [&] { return bool(files.remove("/x")); },
    };
    for (std::size_t i = 0; i < calls.size(); ++i) {
        CAPTURE(i);
        const std::uint64_t before = files.calls();
        files.fail_call(1);
        CHECK_FALSE(calls[i]());
        CHECK(calls[i]());
        CHECK(files.calls() == before + 2);
    }
}

TEST_CASE("after a failed sync no later sync saves the bytes of before") {
    const auto outcomes = outcomes_of(
        [](auto& files) {
            put_durably(files, "/a", sector_of('A') + sector_of('A'));
            const auto file = open(files, "/a", OpenMode::read_write);
            REQUIRE(file->write(0, sector_of('B')));
            files.fail_sync(1);
            REQUIRE_FALSE(file->sync());
            REQUIRE(file->write(512, sector_of('C')));
            REQUIRE(file->sync());
            CHECK(sectors(files, "/a") == "BC");
        },
        [](auto& files) { return sectors(files, "/a"); });
    CHECK(outcomes == Outcomes{"AC", "BC"});
}

TEST_CASE("after a failed directory sync no later one saves the names of before") {
    const auto outcomes = outcomes_of(
        [](auto& files) {
            open(files, "/a", OpenMode::create);
            files.fail_sync(1);
            REQUIRE_FALSE(files.sync_directory("/"));
            open(files, "/b", OpenMode::create);
            REQUIRE(files.sync_directory("/"));
        },
        [](auto& files) { return names(files, "/"); });
    CHECK(outcomes == Outcomes{"b= ", "a= b= "});
}

TEST_CASE("from a crash on every call fails, until the process starts again") {
    FaultFileSystem files;
    const auto file = open(files, "/a", OpenMode::create);
    files.crash_at_call(2);
    CHECK(file->write(0, "one"));
    CHECK_FALSE(file->sync());
    CHECK(files.crashed());
    CHECK_FALSE(file->write(3, "two"));
    CHECK_FALSE(files.list("/"));
    files.process_kill();
    CHECK_FALSE(files.crashed());
    CHECK(get(files, "/a") == "one");
}

TEST_CASE("a write that the process dies in has written nothing, all, or the first bytes") {
    Outcomes outcomes;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        FaultFileSystem files(seed);
        const auto file = open(files, "/a", OpenMode::create);
        files.crash_at_call(1);
        CHECK_FALSE(file->write(0, "abc"));
        files.process_kill();
        outcomes.insert(get(files, "/a"));
    }
    CHECK(outcomes == Outcomes{"", "a", "ab", "abc"});
}

TEST_CASE("a call that the process dies in has happened or not") {
    Outcomes outcomes;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        FaultFileSystem files(seed);
        put_durably(files, "/a", "a");
        files.crash_at_call(1);
        CHECK_FALSE(files.rename("/a", "/b"));
        CHECK_FALSE(files.lock("/LOCK"));
        files.process_kill();
        outcomes.insert(names(files, "/"));
    }
    CHECK(outcomes == Outcomes{"a=a ", "b=a "});
}

TEST_CASE("a killed process loses no bytes, but its files and locks") {
    FaultFileSystem files;
    const auto lock = files.lock("/LOCK");
    REQUIRE(lock);
    const auto file = open(files, "/a", OpenMode::create);
    REQUIRE(file->write(0, "unsynced"));
    files.process_kill();
    CHECK(get(files, "/a") == "unsynced");
    CHECK(file->read(0, 1).error().message() == "read /a: opened before the restart");
    CHECK_FALSE(file->write(0, "x"));
    auto next_lock = files.lock("/LOCK");
    CHECK(next_lock);
}

TEST_CASE("a lock of the life before does not free the lock of this one") {
    FaultFileSystem files;
    auto old_lock = files.lock("/LOCK");
    REQUIRE(old_lock);
    files.process_kill();
    const auto new_lock = files.lock("/LOCK");
    REQUIRE(new_lock);
    old_lock = Error(ErrorCode::cancelled, "gone");
    CHECK(files.lock("/LOCK").error().code() == ErrorCode::conflict);
}

TEST_CASE("a crash while locking holds nothing up") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        FaultFileSystem files(seed);
        files.crash_at_call(1);
        CHECK_FALSE(files.lock("/LOCK"));
        files.power_cut();
        CHECK(files.lock("/LOCK"));
    }
}

TEST_CASE("a full disk is a limit, and takes what still fits") {
    FaultFileSystem files;
    files.set_capacity(10);
    const auto file = open(files, "/a", OpenMode::create);
    CHECK(file->write(0, "12345678"));
    CHECK(file->write(8, "9012").error().code() == ErrorCode::limit);
    CHECK(file->size().value() <= 10);
    CHECK(file->write(0, "87654321"));
    CHECK(file->allocate(11).error().message() == "allocate /a: no space left on device");
    CHECK(open(files, "/b", OpenMode::create)->write(0, "12345").error().code() ==
          ErrorCode::limit);
    CHECK(files.space("/")->total_bytes == 10);
    CHECK(files.space("/")->free_bytes <= 2);
    CHECK(files.remove("/a"));
    CHECK(files.space("/")->free_bytes >= 8);
    files.set_capacity(100);
    CHECK(open(files, "/b", OpenMode::read_write)->write(0, "1234567890123"));
}

TEST_CASE("an unsynced link survives a power cut or not, a synced one does, and takes no room") {
    const auto linked = [](FaultFileSystem& files) {
        put_durably(files, "/a", "bytes");
        REQUIRE(files.link("/a", "/b"));
    };
    const auto look = [](FaultFileSystem& files) { return names(files, "/"); };
    CHECK(outcomes_of(linked, look) == Outcomes{"a=bytes ", "a=bytes b=bytes "});
    CHECK(outcomes_of(
              [&](FaultFileSystem& files) {
                  linked(files);
                  REQUIRE(files.sync_directory("/"));
              },
              look) == Outcomes{"a=bytes b=bytes "});
    FaultFileSystem files;
    files.set_capacity(8);
    linked(files);
    CHECK(files.space("/")->free_bytes == 3);
}

TEST_CASE("a flipped bit stays flipped") {
    FaultFileSystem files;
    put_durably(files, "/a", "abc");
    REQUIRE(files.flip("/a", 1, 0x20));
    CHECK(get(files, "/a") == "aBc");
    files.power_cut();
    CHECK(get(files, "/a") == "aBc");
    CHECK(files.flip("/a", 3, 1).error().code() == ErrorCode::invalid);
    CHECK(files.flip("/b", 0, 1).error().code() == ErrorCode::not_found);
}

}  // namespace tomograph
