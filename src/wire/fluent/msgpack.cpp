#include "wire/fluent/msgpack.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>

#include "base/base64.h"
#include "wire/json/escapes.h"
#include "wire/json/utf8.h"

namespace tomograph {
namespace {

using Kind = MsgpackToken::Kind;

/// What the first byte of a token says: how many bytes of a length or number follow, and what else.
struct Lead {
    Kind kind = Kind::nil;
    std::size_t number_bytes = 0;  ///< of the number, or of the length
    std::uint64_t fixed = 0;       ///< the number or the length itself, when it is in the byte
    bool is_fixed = false;
    bool is_signed = false;
    bool is_extension = false;  ///< a byte of type follows
    bool is_known = true;
};

Lead lead_of(std::uint8_t byte) {
    if (byte < 0x80) return {.kind = Kind::integer, .fixed = byte, .is_fixed = true};
    if (byte < 0x90) return {.kind = Kind::map, .fixed = byte & 0x0fU, .is_fixed = true};
    if (byte < 0xa0) return {.kind = Kind::array, .fixed = byte & 0x0fU, .is_fixed = true};
    if (byte < 0xc0) return {.kind = Kind::text, .fixed = byte & 0x1fU, .is_fixed = true};
    if (byte >= 0xe0)
        return {.kind = Kind::integer,
                .fixed = static_cast<std::uint64_t>(static_cast<std::int8_t>(byte)),
                .is_fixed = true};
    switch (byte) {
        case 0xc0:
            return {.kind = Kind::nil, .is_fixed = true};
        case 0xc2:
        case 0xc3:
            return {.kind = Kind::boolean, .fixed = byte & 1U, .is_fixed = true};
        case 0xc4:
        case 0xc5:
        case 0xc6:
            return {.kind = Kind::bytes, .number_bytes = std::size_t{1} << (byte - 0xc4)};
        case 0xc7:
        case 0xc8:
        case 0xc9:
            return {.kind = Kind::extension,
                    .number_bytes = std::size_t{1} << (byte - 0xc7),
                    .is_extension = true};
        case 0xca:
            return {.kind = Kind::number, .number_bytes = 4};
        case 0xcb:
            return {.kind = Kind::number, .number_bytes = 8};
        case 0xcc:
        case 0xcd:
        case 0xce:
        case 0xcf:
            return {.kind = Kind::integer, .number_bytes = std::size_t{1} << (byte - 0xcc)};
        case 0xd0:
        case 0xd1:
        case 0xd2:
        case 0xd3:
            return {.kind = Kind::integer,
                    .number_bytes = std::size_t{1} << (byte - 0xd0),
                    .is_signed = true};
        case 0xd4:
        case 0xd5:
        case 0xd6:
        case 0xd7:
        case 0xd8:
            return {.kind = Kind::extension,
                    .fixed = std::uint64_t{1} << (byte - 0xd4),
                    .is_fixed = true,
                    .is_extension = true};
        case 0xd9:
        case 0xda:
        case 0xdb:
            return {.kind = Kind::text, .number_bytes = std::size_t{1} << (byte - 0xd9)};
        case 0xdc:
        case 0xdd:
            return {.kind = Kind::array, .number_bytes = std::size_t{2} << (byte - 0xdc)};
        case 0xde:
        case 0xdf:
            return {.kind = Kind::map, .number_bytes = std::size_t{2} << (byte - 0xde)};
        default:
            return {.is_known = false};  // 0xc1
    }
}

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<std::uint8_t>(c);
    return value;
}

std::int64_t sign_extended(std::uint64_t value, std::size_t bytes) {
    const auto unused = static_cast<unsigned>(64 - 8 * bytes);
    return static_cast<std::int64_t>(value << unused) >> unused;
}

bool has_payload(Kind kind) {
    return kind == Kind::text || kind == Kind::bytes || kind == Kind::extension;
}

void append_number(double value, std::string& out) {
    if (!std::isfinite(value)) {
        out += R"({"$number":")";
        out += std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        out += R"("})";
        return;
    }
    const std::size_t begin = out.size();
    fmt::format_to(std::back_inserter(out), "{}", value);
    if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
}

Error cut_short() { return Error(ErrorCode::invalid, "MessagePack value is cut short or broken"); }

}  // namespace

void MsgpackReader::fail() {
    failed_ = true;
    rest_ = {};
}

std::string_view MsgpackReader::raw(std::uint64_t bytes) {
    if (bytes > rest_.size()) {
        fail();
        return {};
    }
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(bytes));
    rest_.remove_prefix(static_cast<std::size_t>(bytes));
    return taken;
}

std::uint64_t MsgpackReader::unsigned_of(std::size_t bytes) { return big_endian(raw(bytes)); }

MsgpackToken::Kind MsgpackReader::kind() const {
    return rest_.empty() ? Kind::nil : lead_of(static_cast<std::uint8_t>(rest_.front())).kind;
}

MsgpackToken MsgpackReader::next() {
    MsgpackToken token;
    if (rest_.empty()) {
        fail();
        return token;
    }
    const Lead lead = lead_of(static_cast<std::uint8_t>(rest_.front()));
    rest_.remove_prefix(1);
    if (!lead.is_known) {
        fail();
        return token;
    }
    token.kind = lead.kind;
    const std::uint64_t value = lead.is_fixed ? lead.fixed : unsigned_of(lead.number_bytes);
    switch (lead.kind) {
        case Kind::nil:
            break;
        case Kind::boolean:
            token.boolean = value != 0;
            break;
        case Kind::integer:
        case Kind::natural:
            token.integer = lead.is_signed ? sign_extended(value, lead.number_bytes)
                                           : static_cast<std::int64_t>(value);
            if (!lead.is_fixed && !lead.is_signed &&
                value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
                token.kind = Kind::natural;
                token.natural = value;
            }
            break;
        case Kind::number:
            token.number = lead.number_bytes == 4
                               ? std::bit_cast<float>(static_cast<std::uint32_t>(value))
                               : std::bit_cast<double>(value);
            break;
        case Kind::array:
        case Kind::map:
            token.count = static_cast<std::uint32_t>(value);
            // Each element is a byte at least: no count can make a reader allocate or loop.
            if (value > rest_.size()) fail();
            break;
        case Kind::text:
        case Kind::bytes:
        case Kind::extension:
            if (lead.is_extension) token.extension = static_cast<std::int8_t>(unsigned_of(1));
            token.text = raw(value);
            break;
    }
    return failed_ ? MsgpackToken{} : token;
}

void MsgpackReader::skip() {
    for (std::uint64_t values = 1; values > 0 && !failed_; --values) {
        const MsgpackToken token = next();
        if (token.kind == Kind::array) values += token.count;
        if (token.kind == Kind::map) values += std::uint64_t{2} * token.count;
    }
}

Result<std::size_t> MsgpackScan::end_of(std::string_view bytes) {
    while (values_ > 0) {
        if (at_ >= bytes.size()) return std::size_t{0};
        const Lead lead = lead_of(static_cast<std::uint8_t>(bytes[at_]));
        if (!lead.is_known)
            return Error(ErrorCode::invalid,
                         fmt::format("byte {} begins no MessagePack value", at_));
        const std::size_t head = 1 + lead.number_bytes;
        if (bytes.size() - at_ < head) return std::size_t{0};
        const std::uint64_t value =
            lead.is_fixed ? lead.fixed : big_endian(bytes.substr(at_ + 1, lead.number_bytes));
        std::uint64_t size = head;
        if (has_payload(lead.kind)) size += value + (lead.is_extension ? 1 : 0);
        if (bytes.size() - at_ < size) return std::size_t{0};
        at_ += static_cast<std::size_t>(size);
        --values_;
        if (lead.kind == Kind::array) values_ += value;
        if (lead.kind == Kind::map) values_ += 2 * value;
    }
    return at_;
}

Result<void> append_json(MsgpackReader& reader, std::string& out, unsigned depth) {
    if (depth > msgpack_depth_max)
        return Error(ErrorCode::invalid, "MessagePack value is nested too deep");
    const MsgpackToken token = reader.next();
    if (reader.failed()) return cut_short();
    switch (token.kind) {
        case Kind::nil:
            out += "null";
            break;
        case Kind::boolean:
            out += token.boolean ? "true" : "false";
            break;
        case Kind::integer:
            fmt::format_to(std::back_inserter(out), "{}", token.integer);
            break;
        case Kind::natural:
            fmt::format_to(std::back_inserter(out), "{}", token.natural);
            break;
        case Kind::number:
            append_number(token.number, out);
            break;
        case Kind::text: {
            std::string scratch;
            append_quoted(as_utf8(token.text, scratch), out);
            break;
        }
        case Kind::bytes:
        case Kind::extension:
            out += R"({"$bytes":")" + base64_encode(token.text) + R"("})";
            break;
        case Kind::array:
            out += '[';
            for (std::uint32_t i = 0; i < token.count; ++i) {
                if (i > 0) out += ',';
                TRY(append_json(reader, out, depth + 1));
            }
            out += ']';
            break;
        case Kind::map:
            out += '{';
            for (std::uint32_t i = 0; i < token.count; ++i) {
                if (i > 0) out += ',';
                if (reader.kind() == Kind::text) {
                    TRY(append_json(reader, out, depth + 1));
                } else {
                    std::string key;
                    TRY(append_json(reader, key, depth + 1));
                    append_quoted(key, out);
                }
                out += ':';
                TRY(append_json(reader, out, depth + 1));
            }
            out += '}';
            break;
    }
    return {};
}

}  // namespace tomograph
