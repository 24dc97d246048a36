#include "net/grpc/proto_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tomograph {
namespace {

/// Words, numbers, quoted texts and signs, one after the other.
class Tokens {
 public:
    explicit Tokens(std::string_view text) : rest_(text) { next(); }

    std::string_view now() const { return now_; }
    bool is_end() const { return now_.empty(); }
    bool take_if(std::string_view token) {
        if (now_ != token) return false;
        next();
        return true;
    }
    Result<void> expect(std::string_view token) {
        if (take_if(token)) return {};
        return fault(fmt::format("'{}'", token));
    }
    Result<std::string> word() {
        if (now_.empty() || !is_word(now_.front())) return fault("a name");
        std::string taken(now_);
        next();
        return taken;
    }
    Result<std::string> quoted() {
        if (now_.size() < 2 || now_.front() != '"' || now_.back() != '"')
            return fault("a text in quotes");
        std::string taken(now_.substr(1, now_.size() - 2));
        next();
        return taken;
    }
    Result<std::int32_t> number() {
        std::int32_t value = 0;
        const auto read = std::from_chars(now_.data(), now_.data() + now_.size(), value);
        if (now_.empty() || read.ec != std::errc() || read.ptr != now_.data() + now_.size())
            return fault("a number");
        next();
        return value;
    }

 private:
    static bool is_word(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '.';
    }
    Error fault(std::string_view wanted) const {
        return Error(ErrorCode::invalid,
                     fmt::format("line {}: {} was expected, not '{}'", line_, wanted, now_));
    }
    void skip_blanks() {
        while (!rest_.empty()) {
            if (rest_.starts_with("//")) {
                rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
            } else if (rest_.front() == ' ' || rest_.front() == '\n') {
                line_ += rest_.front() == '\n' ? 1 : 0;
                rest_.remove_prefix(1);
            } else {
                return;
            }
        }
    }
    void next() {
        skip_blanks();
        std::size_t size = 0;
        if (rest_.starts_with('"'))
            size = std::min(rest_.find('"', 1), rest_.size() - 1) + 1;
        else
            while (size < rest_.size() && is_word(rest_[size])) ++size;
        size = std::min(std::max<std::size_t>(size, 1), rest_.size());
        now_ = rest_.substr(0, size);
        rest_.remove_prefix(size);
    }

    std::string_view rest_;
    std::string_view now_;
    int line_ = 1;
};

Result<ProtoField> parse_field(Tokens& tokens) {
    ProtoField field;
    field.is_repeated = tokens.take_if("repeated");
    field.is_optional = !field.is_repeated && tokens.take_if("optional");
    field.type = TRY(tokens.word());
    field.name = TRY(tokens.word());
    TRY(tokens.expect("="));
    field.number = TRY(tokens.number());
    TRY(tokens.expect(";"));
    return field;
}

Result<ProtoEnum> parse_enum(Tokens& tokens) {
    ProtoEnum all;
    all.name = TRY(tokens.word());
    TRY(tokens.expect("{"));
    while (!tokens.take_if("}")) {
        ProtoEnum::Value value;
        value.name = TRY(tokens.word());
        TRY(tokens.expect("="));
        value.number = TRY(tokens.number());
        TRY(tokens.expect(";"));
        all.values.push_back(std::move(value));
    }
    return all;
}

Result<void> parse_oneof(Tokens& tokens, ProtoMessage& message) {
    const auto index = static_cast<std::int32_t>(message.oneofs.size());
    message.oneofs.push_back(TRY(tokens.word()));
    TRY(tokens.expect("{"));
    while (!tokens.take_if("}")) {
        message.fields.push_back(TRY(parse_field(tokens)));
        message.fields.back().oneof = index;
    }
    return {};
}

Result<ProtoMessage> parse_message(Tokens& tokens) {
    ProtoMessage message;
    message.name = TRY(tokens.word());
    TRY(tokens.expect("{"));
    while (!tokens.take_if("}")) {
        if (tokens.take_if("message")) {
            message.messages.push_back(TRY(parse_message(tokens)));
        } else if (tokens.take_if("enum")) {
            message.enums.push_back(TRY(parse_enum(tokens)));
        } else if (tokens.take_if("oneof")) {
            TRY(parse_oneof(tokens, message));
        } else if (tokens.take_if("reserved")) {
            do message.reserved.push_back(TRY(tokens.number()));
            while (tokens.take_if(","));
            TRY(tokens.expect(";"));
        } else {
            message.fields.push_back(TRY(parse_field(tokens)));
        }
    }
    return message;
}

/// "(stream Name)": its type, and whether it streams.
Result<std::string> parse_end(Tokens& tokens, bool& streams) {
    TRY(tokens.expect("("));
    streams = tokens.take_if("stream");
    std::string type = TRY(tokens.word());
    TRY(tokens.expect(")"));
    return type;
}

Result<ProtoService> parse_service(Tokens& tokens) {
    ProtoService service;
    service.name = TRY(tokens.word());
    TRY(tokens.expect("{"));
    while (!tokens.take_if("}")) {
        ProtoService::Method method;
        TRY(tokens.expect("rpc"));
        method.name = TRY(tokens.word());
        method.request = TRY(parse_end(tokens, method.streams_requests));
        TRY(tokens.expect("returns"));
        method.response = TRY(parse_end(tokens, method.streams_responses));
        TRY(tokens.expect(";"));
        service.methods.push_back(std::move(method));
    }
    return service;
}

}  // namespace

Result<ProtoTree> parse_proto(std::string_view text) {
    Tokens tokens(text);
    ProtoTree tree;
    while (!tokens.is_end()) {
        if (tokens.take_if("message")) {
            tree.messages.push_back(TRY(parse_message(tokens)));
        } else if (tokens.take_if("enum")) {
            tree.enums.push_back(TRY(parse_enum(tokens)));
        } else if (tokens.take_if("service")) {
            tree.services.push_back(TRY(parse_service(tokens)));
        } else if (tokens.take_if("import")) {
            tree.imports.push_back(TRY(tokens.quoted()));
            TRY(tokens.expect(";"));
        } else {
            TRY(tokens.expect("package"));
            tree.package = TRY(tokens.word());
            TRY(tokens.expect(";"));
        }
    }
    return tree;
}

}  // namespace tomograph
