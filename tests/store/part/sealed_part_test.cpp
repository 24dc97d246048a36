// Parts under a data key of their own (docs/formats/part.md, "Sealed parts").
#include <doctest/doctest.h>

#include "base/fault_file_system.h"
#include "base/log.h"
#include "store/part/block_reader.h"
#include "store/part/fixture.h"
#include "store/part/group_reader.h"
#include "store/part/merge.h"

namespace tomograph {
namespace {

using namespace testing;

constexpr std::uint64_t store_id = 7;
constexpr std::uint64_t part_id = 42;

SecretKey key_of(char letter) { return SecretKey(std::string(secret_key_bytes, letter)); }

FileKeys keys_of(char letter) {
    return {store_id, MasterKey{.key = key_of(letter), .version = 1}, {}};
}

struct Sealed {
    explicit Sealed(std::size_t count = 6) {
        set_log_options({.level_min = LogLevel::error, .sink = [](std::string_view) {}});
        traces = make_traces(maker, count, 3);
        rollup = make_rollup(maker, 5);
    }
    ~Sealed() { set_log_options({}); }
    Sealed(const Sealed&) = delete;
    Sealed& operator=(const Sealed&) = delete;

    void write(const std::string& path, PartSeal seal) {
        auto writer = PartWriter::create(files, path, seal);
        REQUIRE(writer);
        for (const PartTrace& trace : traces) REQUIRE((*writer)->add(trace));
        REQUIRE((*writer)->finish(rollup));
    }
    void write(const std::string& path = "/p") { write(path, {.keys = &keys, .part_id = part_id}); }
    std::unique_ptr<PartReader> open(const std::string& path = "/p") {
        auto part = PartReader::open(files, path, nullptr, &keys);
        REQUIRE_MESSAGE(part, (part ? "" : part.error().message()));
        return std::move(*part);
    }
    std::string bytes_of(const std::string& path = "/p") {
        auto bytes = read_file(files, path, 64 << 20);
        REQUIRE(bytes);
        return std::move(*bytes);
    }
    /// Of the reads, those that failed as corrupt; the others were right.
    std::size_t losses(PartReader& part);

    TraceMaker maker{11};
    std::vector<PartTrace> traces;
    GraphRollup rollup;
    FaultFileSystem files;
    FileKeys keys = keys_of('a');
};

template <class T>
bool is_lost(const Result<T>& result) {
    if (result) return false;
    CHECK_MESSAGE(result.error().code() == ErrorCode::corrupt, result.error().message());
    return true;
}

std::size_t Sealed::losses(PartReader& part) {
    std::size_t lost = 0;
    for (std::uint32_t ordinal = 0; ordinal < traces.size(); ++ordinal) {
        const auto row = part.row(ordinal);
        const auto documents = part.documents(ordinal);
        Arena texts;
        const auto spans = part.spans(ordinal, texts);
        const auto found = part.find(traces[ordinal].row.id);
        lost += is_lost(row) + is_lost(documents) + is_lost(spans) + is_lost(found);
        PartTrace read = traces[ordinal];
        if (row) read.row = *row;
        if (documents) read.documents = *documents;
        if (spans) read.spans = *spans;
        REQUIRE(describe(read) == describe(traces[ordinal]));
        if (found) REQUIRE(*found == std::vector<std::uint32_t>{ordinal});
    }
    const auto cells = part.rollup();
    lost += is_lost(cells);
    if (cells) REQUIRE(*cells == rollup);
    return lost;
}

TEST_CASE("a sealed part reads as it was written, and shows nothing of it") {
    Sealed sealed(900);
    sealed.write();
    sealed.write("/plain", {});
    const auto part = sealed.open();
    CHECK(sealed.losses(*part) == 0);
    CHECK(part->verify());
    CHECK(check_part(sealed.files, "/p"));
    const std::string bytes = sealed.bytes_of();
    const std::string plain = sealed.bytes_of("/plain");
    for (const std::string_view word : {"tenant-0020", "orders", "AWS::ECS::Container"}) {
        CAPTURE(word);
        CHECK(plain.find(word) != std::string::npos);  // the search itself works
        CHECK(bytes.find(word) == std::string::npos);
    }
}

TEST_CASE("without its key a sealed part is denied, and is no damage") {
    Sealed sealed;
    sealed.write();
    const std::string before = sealed.bytes_of();
    const auto closed = PartReader::open(sealed.files, "/p");
    REQUIRE_FALSE(closed);
    CHECK(closed.error().code() == ErrorCode::denied);
    CHECK(closed.error().message() == "/p: the part is encrypted and no key was given");
    FileKeys other = keys_of('b');
    const auto wrong = PartReader::open(sealed.files, "/p", nullptr, &other);
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code() == ErrorCode::denied);
    CHECK(check_part(sealed.files, "/p"));
    CHECK(sealed.bytes_of() == before);
    // And a plain one needs none.
    sealed.write("/plain", {});
    CHECK(sealed.losses(*sealed.open("/plain")) == 0);
    CHECK(PartReader::open(sealed.files, "/plain"));
}

TEST_CASE("any damaged byte of a sealed part is found with and without its key") {
    Sealed sealed(3);
    sealed.write();
    const std::size_t bytes = sealed.bytes_of().size();
    for (std::size_t offset = 0; offset < bytes; ++offset) {
        CAPTURE(offset);
        const auto mask = static_cast<std::uint8_t>(1 << offset % 8);
        REQUIRE(sealed.files.flip("/p", offset, mask));
        const auto part = sealed.open();
        sealed.losses(*part);
        CHECK(is_lost(part->verify()));
        CHECK(is_lost(check_part(sealed.files, "/p")));
        REQUIRE(sealed.files.flip("/p", offset, mask));
    }
    CHECK(sealed.losses(*sealed.open()) == 0);
}

TEST_CASE("bytes of a sealed part mean nothing elsewhere, whatever the checksums say") {
    Sealed sealed;
    sealed.write("/p");
    sealed.write("/q", {.keys = &sealed.keys, .part_id = part_id});
    const std::string p = sealed.bytes_of("/p");
    const std::string q = sealed.bytes_of("/q");
    // The key of another part, which is wrapped for another number.
    sealed.write("/r", {.keys = &sealed.keys, .part_id = part_id + 1});
    const std::string r = sealed.bytes_of("/r");
    std::string mixed = p;
    for (const std::uint64_t place : {part_slot_places.first, part_slot_places.second})
        mixed.replace(place, key_slot_bytes, r, place, key_slot_bytes);
    REQUIRE(replace_file(sealed.files, "/mixed", mixed));
    CHECK(is_lost(PartReader::open(sealed.files, "/mixed", nullptr, &sealed.keys)));
    // That of a part of the same number opens nothing of this one.
    for (const std::uint64_t place : {part_slot_places.first, part_slot_places.second})
        mixed.replace(place, key_slot_bytes, q, place, key_slot_bytes);
    REQUIRE(replace_file(sealed.files, "/mixed", mixed));
    CHECK(check_part(sealed.files, "/mixed"));
    CHECK(is_lost(PartReader::open(sealed.files, "/mixed", nullptr, &sealed.keys)));
}

TEST_CASE("places have different nonces, so that equal plaintexts differ") {
    const PartCipher cipher(key_of('k'), PartUuid{});
    std::vector<std::string> sealed;
    const auto add_frame = [&](PartSection section, std::uint32_t index) {
        sealed.emplace_back("same");
        cipher.seal_frame({.part_seed = 1, .section = section, .index = index}, "", sealed.back(),
                          0);
    };
    const auto add_chunk = [&](ChunkName name) {
        sealed.emplace_back("same");
        cipher.seal_chunk(name, sealed.back(), 0);
    };
    for (std::uint32_t a = 0; a < 3; ++a) {
        add_frame(PartSection::group_heads, a);
        add_frame(PartSection::rollup, a);
        for (std::uint32_t b = 0; b < 3; ++b)
            for (std::uint32_t c = 0; c < 3; ++c) add_chunk({.group = a, .column = b, .chunk = c});
    }
    std::sort(sealed.begin(), sealed.end());
    CHECK(std::adjacent_find(sealed.begin(), sealed.end()) == sealed.end());
}

TEST_CASE("a merge seals what was plain and what was under other keys") {
    for (const std::uint64_t copy_spans_min : {std::uint64_t{1}, std::uint64_t{1} << 40}) {
        CAPTURE(copy_spans_min);
        Sealed sealed(300);
        const std::vector<PartTrace> all = sealed.traces;
        for (const bool is_second : {false, true}) {
            sealed.traces.assign(all.begin() + (is_second ? 150 : 0),
                                 all.begin() + (is_second ? 300 : 150));
            if (is_second)
                sealed.write("/second", {});
            else
                sealed.write("/first");
        }
        const auto first = sealed.open("/first");
        const auto second = sealed.open("/second");
        PartReader* inputs[] = {first.get(), second.get()};
        const auto merged = merge_parts(sealed.files, inputs, "/merged",
                                        {.copy_spans_min = copy_spans_min,
                                         .seal = {.keys = &sealed.keys, .part_id = part_id + 1}});
        REQUIRE(merged);
        CHECK(PartReader::open(sealed.files, "/merged").error().code() == ErrorCode::denied);
        CHECK(sealed.bytes_of("/merged").find("tenant-0020") == std::string::npos);
        const auto part = sealed.open("/merged");
        CHECK(part->runs().size() == (copy_spans_min == 1 ? 2 : 1));
        for (std::uint32_t ordinal = 0; ordinal < all.size(); ++ordinal)
            REQUIRE(describe(*part, ordinal) == describe(all[ordinal]));
        CHECK(part->verify());
        CHECK(check_part(sealed.files, "/merged"));
    }
}

TEST_CASE("a sealed part goes over to another master key in place") {
    Sealed sealed;
    sealed.write();
    const std::string before = sealed.bytes_of();
    sealed.keys.activate({.key = key_of('b'), .version = 2});
    const auto object = (*PartBlockReader::open_closed(sealed.files, "/p"))->seal();
    REQUIRE(object);
    CHECK(object->number == part_id);
    {
        const auto file = sealed.files.open("/p", OpenMode::read_write);
        REQUIRE(file);
        CHECK(*sealed.keys.needs_rewrap(**file, part_slot_places));
        CHECK(*sealed.keys.rewrap(**file, part_slot_places, *object));
        CHECK_FALSE(*sealed.keys.needs_rewrap(**file, part_slot_places));
    }
    const std::string after = sealed.bytes_of();
    CHECK(after.substr(part_sealed_head_bytes) == before.substr(part_sealed_head_bytes));
    FileKeys next = keys_of('b');
    const auto part = PartReader::open(sealed.files, "/p", nullptr, &next);
    REQUIRE(part);
    CHECK(sealed.losses(**part) == 0);
    CHECK((*part)->verify());
}

}  // namespace
}  // namespace tomograph
