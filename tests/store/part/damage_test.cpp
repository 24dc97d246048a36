#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "base/fault_file_system.h"
#include "base/log.h"
#include "store/part/fixture.h"
#include "store/part/format.h"

namespace tomograph {
namespace {

using namespace testing;

/// Takes the log's lines for as long as it lives.
struct CapturedLog {
    CapturedLog() {
        set_log_options({.sink = [this](std::string_view line) { lines += line; }});
    }
    ~CapturedLog() { set_log_options({}); }
    CapturedLog(const CapturedLog&) = delete;
    CapturedLog& operator=(const CapturedLog&) = delete;
    std::string lines;
};

struct Written {
    TraceMaker maker{11};  // owns the texts of the span rows
    std::vector<PartTrace> traces;
    GraphRollup rollup;
    std::vector<std::string> words;  // describe() of each trace
};

Written write_some(FileSystem& files, const std::string& path, std::size_t traces) {
    Written written;
    written.traces = make_traces(written.maker, traces, 3);
    written.rollup = make_rollup(written.maker, 5);
    for (const PartTrace& trace : written.traces) written.words.push_back(describe(trace));
    write_part(files, path, written.traces, written.rollup);
    return written;
}

void put(FileSystem& files, const std::string& path, std::string_view bytes) {
    auto file = files.open(path, OpenMode::replace);
    REQUIRE(file);
    if (!bytes.empty()) REQUIRE((*file)->write(0, bytes));
}

// How many reads of a part failed; each that did not was right, each that did said "corrupt".
struct Losses {
    std::size_t rows = 0;
    std::size_t documents = 0;
    std::size_t spans = 0;
    std::size_t rollups = 0;
    std::size_t finds = 0;

    std::size_t kinds() const {
        return (rows > 0) + (documents > 0) + (spans > 0) + (rollups > 0) + (finds > 0);
    }
};

template <class T>
bool is_lost(const Result<T>& result) {
    if (result) return false;
    CHECK_MESSAGE(result.error().code() == ErrorCode::corrupt, result.error().message());
    return true;
}

void read_row(PartReader& part, const Written& written, std::uint32_t ordinal, Losses& losses) {
    const PartTrace& trace = written.traces[ordinal];
    const auto row = part.row(ordinal);
    if (is_lost(row)) {
        ++losses.rows;
        return;
    }
    REQUIRE(describe(*row) == describe(trace.row));
    PartTrace read{.row = *row, .documents = trace.documents, .spans = trace.spans};
    if (auto documents = part.documents(ordinal); is_lost(documents))
        ++losses.documents;
    else
        read.documents = std::move(*documents);
    Arena texts;
    if (auto spans = part.spans(ordinal, texts); is_lost(spans))
        ++losses.spans;
    else
        read.spans = std::move(*spans);
    REQUIRE(describe(read) == written.words[ordinal]);
    if (const auto found = part.find(trace.row.id); is_lost(found))
        ++losses.finds;
    else
        REQUIRE(*found == std::vector<std::uint32_t>{ordinal});
}

Losses read_everything(PartReader& part, const Written& written) {
    Losses losses;
    for (std::uint32_t ordinal = 0; ordinal < written.traces.size(); ++ordinal)
        read_row(part, written, ordinal, losses);
    if (const auto rollup = part.rollup(); is_lost(rollup))
        ++losses.rollups;
    else
        REQUIRE(*rollup == written.rollup);
    return losses;
}

struct FramePlace {
    std::uint16_t section;
    std::uint32_t index;
    std::size_t offset;
    std::size_t bytes;
};

std::vector<FramePlace> frames_of(std::string_view file) {
    std::vector<FramePlace> frames;
    std::size_t offset = part_header_bytes;
    while (offset + 2 * part_trailer_bytes < file.size()) {
        ByteReader reader(file.substr(offset));
        FramePlace frame{
            .section = reader.fixed<std::uint16_t>(), .index = 0, .offset = offset, .bytes = 0};
        reader.fixed<std::uint16_t>();
        frame.index = reader.fixed<std::uint32_t>();
        frame.bytes = frame_header_bytes + reader.fixed<std::uint32_t>();
        offset += frame.bytes;
        frames.push_back(frame);
    }
    return frames;
}

TEST_CASE("any damaged byte of a part is detected, and costs at most one kind of reads") {
    CapturedLog log;
    FaultFileSystem files;
    const Written written = write_some(files, "/p", 6);
    const std::uint64_t bytes = open_part(files, "/p")->facts().bytes;
    for (std::uint64_t offset = 0; offset < bytes; ++offset) {
        CAPTURE(offset);
        const auto mask = static_cast<std::uint8_t>(1 << offset % 8);
        REQUIRE(files.flip("/p", offset, mask));
        auto part = PartReader::open(files, "/p");
        REQUIRE(part);
        const Losses losses = read_everything(**part, written);
        CHECK(losses.kinds() <= 1);
        CHECK(losses.finds == 0);
        CHECK(is_lost((*part)->verify()));
        REQUIRE(files.flip("/p", offset, mask));
    }
    CHECK(read_everything(*open_part(files, "/p"), written).kinds() == 0);
}

TEST_CASE("damage stays in the block that holds it") {
    CapturedLog log;
    FaultFileSystem files;
    const Written written = write_some(files, "/p", 1500);
    const auto file = read_file(files, "/p", 64 << 20);
    REQUIRE(file);
    std::set<std::uint16_t> sections;
    for (const FramePlace& frame : frames_of(*file)) {
        CAPTURE(frame.section);
        CAPTURE(frame.index);
        REQUIRE(files.flip("/p", frame.offset + frame.bytes / 2, 0x10));
        const auto part = open_part(files, "/p");
        const Losses losses = read_everything(*part, written);
        CHECK(losses.kinds() <= 1);
        CHECK(losses.rows <= 1024);
        CHECK(losses.spans <= 4096);
        if (frame.section == 3) CHECK(losses.rows > 0);
        const auto verified = part->verify();
        REQUIRE_FALSE(verified);
        const std::string place = to_text(static_cast<PartSection>(frame.section)) + " block " +
                                  std::to_string(frame.index) + " at " +
                                  std::to_string(frame.offset);
        CHECK(verified.error().message() == "/p: " + place + ": checksum mismatch");
        REQUIRE(files.flip("/p", frame.offset + frame.bytes / 2, 0x10));
        sections.insert(frame.section);
    }
    CHECK(log.lines.find("part is damaged, the copy is read") != std::string::npos);
    CHECK(sections.size() == 11);  // five sections, their directories, the footer
}

TEST_CASE("a part that is cut or grown is refused") {
    CapturedLog log;
    FaultFileSystem files;
    write_some(files, "/p", 3);
    const auto whole = read_file(files, "/p", 1 << 20);
    REQUIRE(whole);
    for (std::size_t size = 0; size < whole->size(); ++size) {
        put(files, "/cut", std::string_view(*whole).substr(0, size));
        const auto part = PartReader::open(files, "/cut");
        CHECK(is_lost(part));
    }
    put(files, "/grown", *whole + std::string(64, '\0'));
    CHECK(is_lost(PartReader::open(files, "/grown")));
    put(files, "/zeros", std::string(whole->size(), '\0'));
    CHECK(is_lost(PartReader::open(files, "/zeros")));
}

TEST_CASE("blocks in each other's place are not believed") {
    CapturedLog log;
    FaultFileSystem files;
    const Written written = write_some(files, "/p", 1600);
    const auto whole = read_file(files, "/p", 64 << 20);
    REQUIRE(whole);
    std::vector<FramePlace> pages;
    for (const FramePlace& frame : frames_of(*whole))
        if (frame.section == 4 && frame.index < 2) pages.push_back(frame);
    REQUIRE(pages.size() == 2);
    REQUIRE(pages[0].bytes == pages[1].bytes);
    std::string swapped = *whole;
    swapped.replace(pages[0].offset, pages[0].bytes, *whole, pages[1].offset, pages[1].bytes);
    swapped.replace(pages[1].offset, pages[1].bytes, *whole, pages[0].offset, pages[0].bytes);
    put(files, "/swapped", swapped);
    const auto part = open_part(files, "/swapped");
    CHECK(read_everything(*part, written).kinds() == 0);  // find() falls back to the trace table
    CHECK(log.lines.find("id index of a part is damaged, its trace table is scanned") !=
          std::string::npos);
    const auto verified = part->verify();
    REQUIRE_FALSE(verified);
    CHECK(verified.error().message().ends_with("block 1 of id index is in its place"));
}

TEST_CASE("blocks of another part are not believed, even of one with the same content") {
    CapturedLog log;
    FaultFileSystem files;
    const Written written = write_some(files, "/a", 40);
    write_some(files, "/b", 40);
    const auto a = read_file(files, "/a", 64 << 20);
    const auto b = read_file(files, "/b", 64 << 20);
    REQUIRE(a);
    REQUIRE(b);
    for (const FramePlace& frame : frames_of(*a)) {
        if (frame.section == 4) continue;  // the index is sorted by a hash of its own in each part
        std::string mixed = *a;
        mixed.replace(frame.offset, frame.bytes, *b, frame.offset, frame.bytes);
        REQUIRE(mixed != *a);
        put(files, "/mixed", mixed);
        const auto part = open_part(files, "/mixed");
        read_everything(*part, written);
        CHECK(is_lost(part->verify()));
    }
    put(files, "/head", b->substr(0, part_header_bytes) + a->substr(part_header_bytes));
    CHECK(is_lost(PartReader::open(files, "/head")));
}

TEST_CASE("a newer format and a foreign signal are refused by name") {
    CapturedLog log;
    FaultFileSystem files;
    write_some(files, "/p", 3);
    const auto whole = read_file(files, "/p", 1 << 20);
    const auto header = decode_header(*whole);
    REQUIRE(header);
    PartHeader newer = *header;
    newer.format = 2;
    put(files, "/newer", encode_header(newer) + whole->substr(part_header_bytes));
    const auto refused = PartReader::open(files, "/newer");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::invalid);
    CHECK(refused.error().message() ==
          "/newer: format 2 is newer than 1, the newest that this program reads");

    PartHeader foreign = *header;
    foreign.signal = "logs";
    put(files, "/logs", encode_header(foreign) + whole->substr(part_header_bytes));
    CHECK(PartReader::open(files, "/logs").error().message() ==
          "/logs: signal \"logs\" where \"spans\" is read");
    put(files, "/text", std::string(1000, 'x'));
    CHECK(PartReader::open(files, "/text").error().message() ==
          "/text: trailer: checksum mismatch");
}

}  // namespace
}  // namespace tomograph
