#include "column/text_raw.h"

#include "base/bytes.h"

namespace tomograph::column {
namespace {

class RawTexts : public TextForm {
 public:
    static TextFormResult open(Chunk chunk) {
        auto form = std::make_unique<RawTexts>();
        form->body_ = std::move(chunk.body);
        ByteReader reader(form->body_);
        form->ends_.resize(chunk.rows);
        std::uint64_t end = 0;
        for (std::uint32_t& place : form->ends_) {
            const std::uint64_t length = reader.varint();
            if (length > form->body_.size() - end) return damaged();
            end += length;
            place = static_cast<std::uint32_t>(end);
        }
        if (reader.failed() || reader.remaining() != end) return damaged();
        form->texts_ = form->body_.data() + (form->body_.size() - end);
        return TextFormResult(std::move(form));
    }

    std::string_view value(std::size_t row, std::string&) const override {
        const std::size_t start = row == 0 ? 0 : ends_[row - 1];
        return {texts_ + start, ends_[row] - start};
    }
    bool is_stored() const override { return true; }

 private:
    static Error damaged() {
        return Error(ErrorCode::corrupt, "texts: lengths do not fill the chunk");
    }

    std::string body_;
    const char* texts_ = nullptr;
    std::vector<std::uint32_t> ends_;
};

}  // namespace

void encode_raw_texts(std::span<const std::string_view> values, std::string& out,
                      EncodeOptions options) {
    Chunk chunk{.encoding = Encoding::text_raw, .rows = values.size(), .body = {}};
    ByteWriter writer(chunk.body);
    for (const std::string_view value : values) writer.varint(value.size());
    for (const std::string_view value : values) writer.raw(value);
    write_chunk(chunk, out, options);
}

TextFormResult open_raw_texts(Chunk chunk) { return RawTexts::open(std::move(chunk)); }

}  // namespace tomograph::column
