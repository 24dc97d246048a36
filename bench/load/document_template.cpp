#include "document_template.h"

#include <cstdio>
#include <cstring>
#include <string_view>

namespace tomograph::load {
namespace {

// `@x` stands for a slot. Times come in pairs: start and end of the segment and of its two
// subsegments.
constexpr std::string_view source =
    R"({"name":"checkout","id":"@s","trace_id":"@t","start_time":@0,"end_time":@1,)"
    R"("in_progress":false,"origin":"AWS::ECS::Container","user":"customer-1842",)"
    R"("http":{"request":{"method":"POST","url":"http://shop.example/api/checkout","client_ip":"10.3.7.21",)"
    R"("user_agent":"Mozilla/5.0 X11 Linux x86_64"},"response":{"status":200,"content_length":1842}},)"
    R"("aws":{"ecs":{"container":"ip-10-0-3-7","container_id":"3f2a9c1d"},"xray":{"sdk":"X-Ray for Python",)"
    R"("sdk_version":"2.15.0"}},"annotations":{"tenant":"tenant-0042","items":3,"vip":true},)"
    R"("subsegments":[{"name":"DynamoDB","id":"@a","start_time":@2,"end_time":@3,"namespace":"aws",)"
    R"("aws":{"operation":"GetItem","table_name":"orders","region":"eu-west-1","request_id":"ABCDEF0123456789"},)"
    R"("http":{"response":{"status":200}}},{"name":"payments.example","id":"@b","start_time":@4,"end_time":@5,)"
    R"("namespace":"remote","http":{"request":{"method":"POST","url":"https://payments.example/charge"},)"
    R"("response":{"status":200}}}]})";

void write_hex(char* place, std::uint64_t value, int digits) {
    for (int i = digits - 1; i >= 0; --i, value >>= 4) place[i] = "0123456789abcdef"[value & 15];
}

/// 17 characters: 10 digits, a point, 6 digits.
void write_time(char* place, std::uint64_t us) {
    for (int i = 16; i >= 0; --i) {
        if (i == 10) {
            place[i] = '.';
            continue;
        }
        place[i] = static_cast<char>('0' + us % 10);
        us /= 10;
    }
}

std::uint64_t scramble(std::uint64_t value) {
    value *= 0x9e3779b97f4a7c15ULL;
    return value ^ (value >> 29);
}

}  // namespace

DocumentTemplate::DocumentTemplate(bool is_escaped) {
    for (std::size_t i = 0; i < source.size(); ++i) {
        if (source[i] == '@') {
            const char kind = source[++i];
            slots_.push_back({text_.size(), kind});
            text_.append(kind == 't' ? 35U : kind >= '0' && kind <= '9' ? 17U : 16U, '0');
        } else {
            if (is_escaped && source[i] == '"') text_.push_back('\\');
            text_.push_back(source[i]);
        }
    }
}

void DocumentTemplate::stamp(char* place, std::uint64_t number, std::uint64_t now_us) const {
    const std::uint64_t trace = number / documents_per_trace;
    static constexpr std::uint64_t offsets_us[] = {0, 90'000, 10'000, 22'000, 25'000, 80'000};
    for (const auto& [offset, kind] : slots_) {
        char* at = place + offset;
        if (kind == 't') {
            std::memcpy(at, "1-", 2);
            write_hex(at + 2, now_us / 1'000'000, 8);
            at[10] = '-';
            write_hex(at + 11, scramble(trace) >> 32, 8);
            write_hex(at + 19, trace, 16);
        } else if (kind >= '0' && kind <= '9') {
            write_time(at, now_us - 100'000 + offsets_us[kind - '0']);
        } else {
            write_hex(at, scramble(number * 256 + static_cast<std::uint64_t>(kind)) | 1, 16);
        }
    }
}

}  // namespace tomograph::load
