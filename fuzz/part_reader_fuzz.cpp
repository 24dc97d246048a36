#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/fault_file_system.h"
#include "base/log.h"
#include "store/part/block_writer.h"
#include "store/part/merge.h"
#include "store/part/part.h"

// The first byte of an input picks one of two forms:
//
//   'F'  the rest is a file
//   'P'  varint traces, varint spans, then blocks: u8 section, varint rows per block, varint
//   length, bytes
//
// The second form gets frames with right checksums, so that the fuzzer reaches what is in them.
namespace tomograph {
namespace {

constexpr std::uint64_t rows_read_max = 64;

void put_file(FileSystem& files, std::string_view bytes) {
    const auto file = files.open("/part", OpenMode::create);
    ASSERT(file && (*file)->write(0, bytes));
}

void put_part(FileSystem& files, ByteReader reader) {
    auto writer = PartBlockWriter::create(files, "/part");
    ASSERT(writer);
    PartFacts facts;
    facts.traces = reader.varint();
    facts.spans = reader.varint();
    while (reader.remaining() > 0) {
        const auto section = static_cast<PartSection>(reader.fixed<std::uint8_t>());
        const auto rows = static_cast<std::uint32_t>(reader.varint());
        const std::string_view block = reader.text();
        ASSERT((*writer)->append(section, rows, block, FrameCodec::none));
    }
    ASSERT((*writer)->finish(facts));
}

void read_everything(PartReader& part) {
    const auto rows = part.rows();
    const auto rollup = part.rollup();
    const auto verified = part.verify();
    const std::uint64_t count = std::min(part.facts().traces, rows_read_max);
    for (std::uint32_t ordinal = 0; ordinal < count; ++ordinal) {
        const auto row = part.row(ordinal);
        const auto documents = part.documents(ordinal);
        Arena texts;
        const auto spans = part.spans(ordinal, texts);
        if (!row) continue;
        const auto found = part.find(row->id);
        if (documents)
            for (const StoredDocument& stored : *documents)
                ASSERT(stored.document.header.trace_id == row->id);
    }
}

// What reads well merges into something that reads well, or the merge says why not.
void merge(FileSystem& files, PartReader& part) {
    PartReader* const inputs[] = {&part, &part};
    if (!merge_parts(files, inputs, "/merged")) return;
    const auto merged = PartReader::open(files, "/merged");
    ASSERT(merged && (*merged)->verify());
}

}  // namespace
}  // namespace tomograph

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tomograph;
    if (size == 0) return 0;
    [[maybe_unused]] static const bool is_quiet =
        (set_log_options({.sink = [](std::string_view) {}}), true);
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    FaultFileSystem files;
    if (input.front() == 'F')
        put_file(files, input.substr(1));
    else
        put_part(files, ByteReader(input.substr(1)));
    const auto part = PartReader::open(files, "/part");
    if (!part) return 0;
    read_everything(**part);
    merge(files, **part);
    return 0;
}
