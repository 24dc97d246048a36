#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/bytes.h"
#include "base/fault_file_system.h"
#include "base/log.h"
#include "store/part/fixture.h"
#include "store/part/format.h"
#include "store/part/group_reader.h"
#include "store/part/limits.h"

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

    /// Documents are put together from the columns of their spans.
    std::size_t kinds() const {
        return (rows > 0) + (documents > 0 || spans > 0) + (rollups > 0) + (finds > 0);
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
    std::uint16_t section = 0;
    std::uint32_t index = 0;
    std::size_t offset = 0;
    std::size_t bytes = 0;
};

/// Everything between header and trailers: frames, and the chunks of groups, which have none.
struct Layout {
    std::vector<FramePlace> frames;
    std::vector<FramePlace> chunks;  ///< section: the column; index: the chunk
};

Layout layout_of(FileSystem& files, const std::string& path) {
    Layout layout;
    std::map<std::size_t, std::size_t> groups;  // end of the chunks by their start
    const auto part = open_part(files, path);
    for (std::size_t run = 0; run < part->runs().size(); ++run) {
        const auto group = part->group(run);
        REQUIRE(group);
        const GroupFacts& facts = (*group)->facts();
        groups[facts.offset] = facts.offset + facts.bytes;
        for (const ColumnHead& column : (*group)->head().columns)
            for (std::uint32_t i = 0; i < column.chunks.size(); ++i)
                if (column.chunks[i].bytes > 0)
                    layout.chunks.push_back({static_cast<std::uint16_t>(column.column), i,
                                             facts.offset + column.chunks[i].offset,
                                             column.chunks[i].bytes});
    }
    const auto file = read_file(files, path, 64 << 20);
    REQUIRE(file);
    std::size_t offset = part_header_bytes;
    while (offset + 2 * part_trailer_bytes < file->size()) {
        if (const auto group = groups.find(offset); group != groups.end()) {
            offset = group->second;
            groups.erase(group);
            continue;
        }
        ByteReader reader(std::string_view(*file).substr(offset));
        FramePlace frame{.section = reader.fixed<std::uint16_t>(), .offset = offset};
        reader.fixed<std::uint16_t>();
        frame.index = reader.fixed<std::uint32_t>();
        frame.bytes = frame_header_bytes + reader.fixed<std::uint32_t>();
        offset += frame.bytes;
        layout.frames.push_back(frame);
    }
    return layout;
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
    const Written written = write_some(files, "/p", 2500);
    const Layout layout = layout_of(files, "/p");
    std::set<std::uint16_t> sections;
    for (const FramePlace& frame : layout.frames) {
        CAPTURE(frame.section);
        CAPTURE(frame.index);
        REQUIRE(files.flip("/p", frame.offset + frame.bytes / 2, 0x10));
        const auto part = open_part(files, "/p");
        const Losses losses = read_everything(*part, written);
        // All that leads to others is there twice.
        CHECK(losses.rows + losses.documents + losses.spans + losses.finds == 0);
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
    CHECK(sections.size() == 13);  // six sections, their directories, the footer

    for (const FramePlace& chunk : layout.chunks) {
        CAPTURE(chunk.section);
        CAPTURE(chunk.index);
        REQUIRE(files.flip("/p", chunk.offset + chunk.bytes / 2, 0x10));
        const auto part = open_part(files, "/p");
        const Losses losses = read_everything(*part, written);
        CHECK(losses.kinds() <= 1);
        CHECK(losses.rows + losses.spans + losses.documents > 0);
        CHECK(losses.rows <= trace_block_rows);
        CHECK(losses.spans <= span_block_rows);
        CHECK(is_lost(part->verify()));
        REQUIRE(files.flip("/p", chunk.offset + chunk.bytes / 2, 0x10));
    }
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

TEST_CASE("chunks in each other's place are not believed") {
    CapturedLog log;
    FaultFileSystem files;
    const Written written = write_some(files, "/p", 2 * trace_block_rows);
    const auto whole = read_file(files, "/p", 64 << 20);
    REQUIRE(whole);
    std::vector<FramePlace> ids;
    for (const FramePlace& chunk : layout_of(files, "/p").chunks)
        if (chunk.section == static_cast<std::uint16_t>(GroupColumn::trace_id_low))
            ids.push_back(chunk);
    REQUIRE(ids.size() == 2);
    REQUIRE(ids[0].bytes == ids[1].bytes);
    std::string swapped = *whole;
    swapped.replace(ids[0].offset, ids[0].bytes, *whole, ids[1].offset, ids[1].bytes);
    swapped.replace(ids[1].offset, ids[1].bytes, *whole, ids[0].offset, ids[0].bytes);
    put(files, "/swapped", swapped);
    const auto part = open_part(files, "/swapped");
    CHECK(read_everything(*part, written).rows == written.traces.size());
    CHECK(is_lost(part->verify()));
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
    const std::vector<FramePlace> in_b = layout_of(files, "/b").frames;
    std::size_t mixed_frames = 0;
    for (const FramePlace& frame : layout_of(files, "/a").frames) {
        const auto same = std::find_if(in_b.begin(), in_b.end(), [&](const FramePlace& other) {
            return other.section == frame.section && other.index == frame.index &&
                   other.bytes == frame.bytes;
        });
        if (same == in_b.end()) continue;  // what holds checksums compresses differently
        ++mixed_frames;
        std::string mixed = *a;
        mixed.replace(frame.offset, frame.bytes, *b, same->offset, same->bytes);
        REQUIRE(mixed != *a);
        put(files, "/mixed", mixed);
        const auto part = open_part(files, "/mixed");
        read_everything(*part, written);
        CHECK(is_lost(part->verify()));
    }
    CHECK(mixed_frames > 5);
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
    newer.format = 3;
    put(files, "/newer", encode_header(newer) + whole->substr(part_header_bytes));
    const auto refused = PartReader::open(files, "/newer");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::invalid);
    CHECK(refused.error().message() ==
          "/newer: format 3 is newer than 2, the newest that this program reads");

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
