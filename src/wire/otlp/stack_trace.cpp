#include "wire/otlp/stack_trace.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tomograph {
namespace {

constexpr std::string_view python_head = "Traceback (most recent call last):";

std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::string_view without_indent(std::string_view line) {
    return line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
}

bool is_indented(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

/// Cuts `prefix` off; whether it was there.
bool cut(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// Cuts ":12" off the end.
std::optional<std::uint32_t> cut_number(std::string_view& text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return {};
    const std::string_view digits = text.substr(colon + 1);
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return {};
    text = text.substr(0, colon);
    return number;
}

/// "path:line:column" of JavaScript, "path:line", or a path alone; whether there was a line.
bool read_place(std::string_view text, StackFrame& frame) {
    const auto last = cut_number(text);
    const auto before = last ? cut_number(text) : std::nullopt;
    frame.path = text;
    frame.line = before ? *before : last.value_or(0);
    return last.has_value();
}

/// "type: message"; a type has no white space.
void read_head(std::string_view line, ThrownException& thrown) {
    const std::size_t colon = line.find(": ");
    const std::string_view type = line.substr(0, std::min(colon, line.size()));
    if (type.empty() || type.find(' ') != std::string_view::npos) {
        thrown.message = line;
        return;
    }
    thrown.type = type.ends_with(':') ? type.substr(0, type.size() - 1) : type;
    if (colon != std::string_view::npos) thrown.message = line.substr(colon + 2);
}

void add(ThrownException& thrown, const StackFrame& frame) {
    if (thrown.frames.size() < stack_frames_max)
        thrown.frames.push_back(frame);
    else
        ++thrown.frames_left_out;
}

/// What it says instead of a file and a line; what else stands in parentheses is what was passed.
bool is_place_of_java(std::string_view text) {
    return text == "Unknown Source" || text == "Native Method" || text.ends_with(".java") ||
           text.ends_with(".kt");
}

/// What stands behind "at " in Java, JavaScript and .NET:
///
///   app//shop.Card.charge(Card.java:12)      charge (file:///app/card.js:12:9)
///   /app/card.js:12:9                        Shop.Card.Charge(Int32 n) in /app/Card.cs:line 12
StackFrame frame_behind_at(std::string_view text) {
    StackFrame frame;
    constexpr std::string_view in = ") in ";
    constexpr std::string_view line = ":line ";
    const std::size_t at_in = text.find(in);
    if (at_in != std::string_view::npos) {
        frame.label = text.substr(0, at_in + 1);
        std::string_view place = text.substr(at_in + in.size());
        const std::size_t at_line = place.rfind(line);
        frame.path = place.substr(0, std::min(at_line, place.size()));
        if (at_line != std::string_view::npos) {
            const std::string_view digits = place.substr(at_line + line.size());
            std::from_chars(digits.data(), digits.data() + digits.size(), frame.line);
        }
        return frame;
    }
    const std::size_t script = text.find(" (");
    const std::size_t open = script == std::string_view::npos ? text.rfind('(') : script + 1;
    if (open != std::string_view::npos && text.ends_with(')')) {
        const std::string_view place = text.substr(open + 1, text.size() - open - 2);
        const bool has_line = read_place(place, frame);
        if (script != std::string_view::npos) {
            frame.label = text.substr(0, script);
        } else if (has_line || is_place_of_java(place)) {
            frame.label = text.substr(0, open);
            frame.label.remove_prefix(frame.label.rfind('/') + 1);
        } else {
            return {.path = {}, .label = text, .line = 0};
        }
        return frame;
    }
    cut(text, "async ");
    if (read_place(text, frame)) return frame;
    return {.path = {}, .label = text, .line = 0};
}

std::vector<ThrownException> read_at_lines(std::string_view text) {
    std::vector<ThrownException> chain(1);
    read_head(take_line(text), chain.back());
    while (!text.empty()) {
        std::string_view line = take_line(text);
        if (cut(line, "Caused by: ")) {
            if (chain.size() == stack_exceptions_max) break;
            read_head(line, chain.emplace_back());
            continue;
        }
        if (line.starts_with("\t\t")) continue;  // of what Java suppressed
        const bool may_be_frame = is_indented(line);
        line = without_indent(line);
        if (may_be_frame && cut(line, "at ")) add(chain.back(), frame_behind_at(line));
    }
    return chain;
}

///   File "/app/card.py", line 12, in charge
std::optional<StackFrame> python_frame(std::string_view line) {
    line = without_indent(line);
    if (!cut(line, "File \"")) return {};
    const std::size_t quote = line.find("\", line ");
    if (quote == std::string_view::npos) return {};
    StackFrame frame{.path = line.substr(0, quote), .label = {}, .line = 0};
    line.remove_prefix(quote + std::string_view("\", line ").size());
    std::from_chars(line.data(), line.data() + line.size(), frame.line);
    const std::size_t in = line.find(", in ");
    if (in != std::string_view::npos) frame.label = line.substr(in + 5);
    return frame;
}

/// Python writes the cause first, and the frame that threw last.
std::vector<ThrownException> read_python(std::string_view text) {
    std::vector<ThrownException> chain;
    bool is_open = false;  // between the head of a traceback and the line that names its exception
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line == python_head) {
            chain.emplace_back();
            is_open = true;
        } else if (is_open && !line.empty() && !is_indented(line)) {
            read_head(line, chain.back());
            is_open = false;
        } else if (const auto frame = is_open ? python_frame(line) : std::nullopt) {
            chain.back().frames.push_back(*frame);
        }
    }
    std::reverse(chain.begin(), chain.end());
    if (chain.size() > stack_exceptions_max) chain.resize(stack_exceptions_max);
    for (ThrownException& each : chain) {
        std::reverse(each.frames.begin(), each.frames.end());
        if (each.frames.size() <= stack_frames_max) continue;
        each.frames_left_out = each.frames.size() - stack_frames_max;
        each.frames.resize(stack_frames_max);
    }
    return chain;
}

/// A function, and on the line below it, indented, "/app/card.go:12 +0x1d".
std::vector<ThrownException> read_go(std::string_view text) {
    std::vector<ThrownException> chain(1);
    std::string_view label;
    while (!text.empty()) {
        std::string_view line = take_line(text);
        if (line.empty()) break;  // the next goroutine
        if (!cut(line, "\t")) {
            label = line;
            continue;
        }
        line = line.substr(0, line.rfind(" +0x"));
        StackFrame frame{.path = {}, .label = label.substr(0, label.rfind('(')), .line = 0};
        if (read_place(line, frame) && !label.empty()) add(chain.back(), frame);
        label = {};
    }
    return chain;
}

}  // namespace

std::vector<ThrownException> read_stack_trace(std::string_view text) {
    if (text.starts_with("goroutine ")) return read_go(text);
    if (text.find(python_head) != std::string_view::npos) {
        auto chain = read_python(text);
        if (!chain.empty()) return chain;
    }
    return read_at_lines(text);
}

}  // namespace tomograph
