#include "store/part/footer.h"

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/fault_file_system.h"
#include "store/part/block_reader.h"
#include "store/part/block_writer.h"
#include "store/part/fixture.h"

namespace tomograph {
namespace {

constexpr auto section_77 = static_cast<PartSection>(77);

TEST_CASE("a section that is not known is skipped, and checked all the same") {
    FaultFileSystem files;
    auto writer = PartBlockWriter::create(files, "/p");
    REQUIRE(writer);
    REQUIRE((*writer)->append(section_77, 0, "from the future", FrameCodec::none));
    REQUIRE((*writer)->finish({}));
    const auto part = testing::open_part(files, "/p");
    CHECK(part->rows()->empty());
    CHECK(part->rollup()->cells.empty());
    CHECK(part->verify());

    REQUIRE(files.flip("/p", part_header_bytes + frame_header_bytes, 1));
    CHECK(part->verify().error().message() == "/p: section 77 block 0 at 64: checksum mismatch");
}

TEST_CASE("a required section that is not known refuses the part") {
    PartFooter footer;
    footer.sections.push_back({.section = section_77, .is_required = true});
    const auto decoded = decode_footer(encode_footer(footer), 1);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code() == ErrorCode::invalid);
    CHECK(decoded.error().message() ==
          "section 77 is needed to read this part and not known to this program");
}

TEST_CASE("facts and entries may grow in later versions") {
    PartFooter footer;
    footer.facts.lsn_max = Lsn{7};
    footer.sections.push_back(
        {.section = PartSection::rollup, .blocks = 3, .directory_offset = 1000});
    const std::string now = encode_footer(footer);
    std::string later;
    ByteWriter writer(later);
    writer.fixed(std::uint32_t{128});
    writer.raw(now.substr(4, 120));
    writer.raw("new fact");
    writer.fixed(std::uint32_t{36});
    writer.fixed(std::uint32_t{1});
    writer.raw(now.substr(132, 32));
    writer.raw("more");
    const auto decoded = decode_footer(later, 1);
    REQUIRE(decoded);
    CHECK(decoded->facts.lsn_max == Lsn{7});
    REQUIRE(decoded->find(PartSection::rollup) != nullptr);
    CHECK(decoded->find(PartSection::rollup)->blocks == 3);
    CHECK(decoded->find(PartSection::spans) == nullptr);
}

TEST_CASE("row counts that do not fit the sections are refused") {
    PartFooter footer;
    footer.facts.traces = 10;
    CHECK_FALSE(decode_footer(encode_footer(footer), 1));
    footer.sections.push_back({.section = PartSection::traces, .blocks = 2, .rows_per_block = 5});
    CHECK_FALSE(decode_footer(encode_footer(footer), 1));
    footer.sections.push_back(
        {.section = PartSection::id_index, .blocks = 1, .rows_per_block = 512});
    CHECK(decode_footer(encode_footer(footer), 1));
    footer.sections[0].rows_per_block = 4;
    CHECK_FALSE(decode_footer(encode_footer(footer), 1));
    footer.sections[0].rows_per_block = 0;
    CHECK_FALSE(decode_footer(encode_footer(footer), 1));
}

TEST_CASE("a footer cut anywhere is refused") {
    PartFooter footer;
    footer.sections.resize(3);
    const std::string whole = encode_footer(footer);
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK_FALSE(decode_footer(whole.substr(0, size), 1));
}

}  // namespace
}  // namespace tomograph
