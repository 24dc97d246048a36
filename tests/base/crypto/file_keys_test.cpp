#include "base/crypto/file_keys.h"

#include <doctest/doctest.h>

#include "base/clock.h"
#include "base/fault_file_system.h"

using namespace tomograph;

namespace {

constexpr std::uint64_t store = 42;
constexpr SealedObject part_7{.kind = SealedKind::part, .number = 7};
constexpr KeySlotPlaces places{.first = 512, .second = 2560};

MasterKey master(char letter, std::uint32_t version) {
    return {.key = SecretKey(std::string(secret_key_bytes, letter)), .version = version};
}

FileKeys keys_of(MasterKey active) { return FileKeys(store, std::move(active), {}); }

}  // namespace

TEST_CASE("a file's key comes back from either slot, for its object, store and master key only") {
    FileKeys keys = keys_of(master('a', 1));
    const FileKey made = keys.new_file_key(part_7).value();
    CHECK(made.slots.first.size() == key_slot_bytes);
    CHECK(made.slots.first.find(made.key.bytes()) == std::string::npos);
    const std::string lost(key_slot_bytes, '\0');
    for (const KeySlots& slots :
         {made.slots, KeySlots{made.slots.first, lost}, KeySlots{lost, made.slots.second}})
        CHECK(keys.unwrap(slots, part_7).value().bytes() == made.key.bytes());

    const auto code_of = [](const Result<DataKey>& result) {
        REQUIRE_FALSE(result);
        return result.error().code();
    };
    CHECK(code_of(keys.unwrap({lost, lost}, part_7)) == ErrorCode::corrupt);
    CHECK(code_of(keys.unwrap(made.slots, {SealedKind::part, 8})) == ErrorCode::corrupt);
    CHECK(code_of(keys.unwrap(made.slots, {SealedKind::wal_segment, 7})) == ErrorCode::corrupt);
    FileKeys other_store(store + 1, master('a', 1), {});
    CHECK(code_of(other_store.unwrap(made.slots, part_7)) == ErrorCode::corrupt);
    FileKeys other = keys_of(master('b', 1));
    CHECK(code_of(other.unwrap(made.slots, part_7)) == ErrorCode::denied);
}

TEST_CASE("no flipped bit of a slot gives a key") {
    FileKeys keys = keys_of(master('a', 1));
    const FileKey made = keys.new_file_key(part_7).value();
    for (std::size_t bit = 0; bit < key_slot_bytes * 8; ++bit) {
        std::string slot = made.slots.first;
        slot[bit / 8] = static_cast<char>(slot[bit / 8] ^ (1 << bit % 8));
        CHECK_FALSE(keys.unwrap({slot, slot}, part_7));
        CHECK(keys.unwrap({slot, made.slots.second}, part_7));
    }
}

TEST_CASE("check value and id tell keys and stores apart") {
    const SecretKey a(std::string(secret_key_bytes, 'a'));
    const SecretKey b(std::string(secret_key_bytes, 'b'));
    CHECK(id_of(a) == id_of(a));
    CHECK(id_of(a) != id_of(b));
    CHECK(check_value(a, 1).size() == 32);
    CHECK(check_value(a, 1) != check_value(a, 2));
    CHECK(check_value(a, 1) != check_value(b, 1));
}

TEST_CASE("a new master key takes over; the old one is needed until the slots are rewritten") {
    FaultFileSystem files;
    REQUIRE(files.make_directories("/data"));
    FileKeys before = keys_of(master('a', 1));
    const FileKey made = before.new_file_key(part_7).value();
    std::string image(4096, '.');
    image.replace(places.first, key_slot_bytes, made.slots.first);
    image.replace(places.second, key_slot_bytes, made.slots.second);
    const auto slots_of = [](File& file) {
        return KeySlots{file.read(places.first, key_slot_bytes).value(),
                        file.read(places.second, key_slot_bytes).value()};
    };
    bool was_whole = false;
    for (std::uint64_t crash = 1; !was_whole; ++crash) {
        for (const bool is_first_damaged : {false, true}) {
            REQUIRE(replace_file(files, "/data/file", image));
            if (is_first_damaged) REQUIRE(files.flip("/data/file", places.first + 30, 1));
            FileKeys keys(store, master('b', 2), {});
            keys.activate(master('a', 1));
            keys.activate(master('b', 2));
            auto file = files.open("/data/file", OpenMode::read_write).value();
            files.crash_at_call(crash);
            const auto done = keys.rewrap(*file, places, part_7);
            was_whole = static_cast<bool>(done);
            files.power_cut();

            file = files.open("/data/file", OpenMode::read_write).value();
            const auto opened = keys.unwrap(slots_of(*file), part_7);
            REQUIRE(opened);
            CHECK(opened->bytes() == made.key.bytes());
            const auto again = keys.rewrap(*file, places, part_7);
            REQUIRE(again);
            if (was_whole) CHECK_FALSE(*again);
            FileKeys after = keys_of(master('b', 2));
            const KeySlots slots = slots_of(*file);
            const std::string lost(key_slot_bytes, '\0');
            CHECK(after.unwrap({slots.first, lost}, part_7).value().bytes() == made.key.bytes());
            CHECK(after.unwrap({lost, slots.second}, part_7).value().bytes() == made.key.bytes());
            CHECK(before.unwrap(slots, part_7).error().code() == ErrorCode::denied);
            // Nothing but the slots was written.
            std::string now = read_file(files, "/data/file", 1 << 20).value();
            now.replace(places.first, key_slot_bytes, made.slots.first);
            now.replace(places.second, key_slot_bytes, made.slots.second);
            CHECK(now == image);
        }
    }
}
