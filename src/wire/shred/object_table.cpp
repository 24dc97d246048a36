#include "wire/shred/object_table.h"

#include <algorithm>
#include <unordered_set>

#include "base/assert.h"
#include "model/attribute.h"
#include "wire/json/escapes.h"
#include "wire/shred/limits.h"

namespace tomograph {
namespace {

/// Behind the closing quote of the string that begins at `at`; nullptr when it has no end.
const char* skip_string(const char* at, const char* end) {
    if (at == end || *at != '"') return nullptr;
    for (++at;; at += 2) {
        at = find_string_stop(at, end);
        if (at == end) return nullptr;
        if (*at == '"') return at + 1;
        if (*at != '\\' || end - at < 2) return nullptr;
    }
}

bool is_member_kind(SlotKind kind) {
    return kind == SlotKind::text || kind == SlotKind::number || kind == SlotKind::literal ||
           kind == SlotKind::json;
}

}  // namespace

std::uint32_t ObjectTable::add_place(std::string_view path, std::size_t keys_max) {
    const auto [found, is_new] =
        place_of_.try_emplace(std::string(path), static_cast<std::uint32_t>(places_.size()));
    if (is_new) places_.push_back({.path = std::string(path), .keys_max = keys_max});
    return found->second;
}

std::uint32_t ObjectTable::place_of(std::string_view path) const {
    if (places_.empty()) return npos;
    const auto found = place_of_.find(path);
    return found == place_of_.end() ? npos : found->second;
}

bool ObjectTable::is_full(std::uint32_t place) const {
    const Place& own = places_[place];
    return own.forms >= object_forms_max || own.keys >= own.keys_max ||
           paths_.size() >= paths_fine_max || forms_.size() >= object_forms_sum_max ||
           forms_.listed() >= object_listed_sum_max;
}

bool ObjectTable::has_room() const {
    return forms_.size() < object_forms_sum_max && forms_.listed() < object_listed_sum_max &&
           std::ranges::none_of(
               places_, [](const Place& place) { return place.forms >= object_forms_max; });
}

/// Fills pieces_ and close_.
const char* ObjectTable::scan(const char* at, const char* end, ValueReader& reader,
                              std::vector<ShreddedValue>& values) {
    pieces_.clear();
    if (at == end || *at != '{') return nullptr;
    const char* begin = ++at;
    at = skip_space(at, end);
    if (at != end && *at == '}') {
        close_ = text_between(begin, at);
        return at + 1;
    }
    for (;;) {
        const char* const key = skip_space(at, end);
        const char* const key_end = skip_string(key, end);
        if (key_end == nullptr) return nullptr;
        at = skip_space(key_end, end);
        if (at == end || *at != ':') return nullptr;
        at = skip_space(at + 1, end);
        if (pieces_.size() == slots_per_template_max) return nullptr;
        Piece& piece = pieces_.emplace_back();
        piece.literal = text_between(begin, at);
        piece.key = text_between(key + 1, key_end - 1);
        ShreddedValue value;
        const char* const behind = reader.read(at, end, MemberRole::other, true, piece.kind, value);
        if (behind == nullptr) return nullptr;
        ASSERT(is_member_kind(piece.kind));
        values.push_back(value);
        at = skip_space(behind, end);
        if (at == end) return nullptr;
        if (*at == '}') {
            close_ = text_between(behind, at);
            return at + 1;
        }
        // The comma is in no literal, so nothing may stand in front of it.
        if (*at != ',' || at != behind) return nullptr;
        begin = ++at;
    }
}

/// Of the object that was scanned last. Fills list_; false when the form, or a member, is new.
bool ObjectTable::find_form(const Place& place, std::uint32_t& form) {
    list_.clear();
    for (const Piece& piece : pieces_) {
        const auto found = place.members.find(piece.literal);
        if (found == place.members.end()) return false;
        const std::uint32_t member = found->second[static_cast<std::size_t>(piece.kind)];
        if (member == npos) return false;
        list_.push_back(member);
    }
    const auto close = close_of_.find(close_);
    if (close == close_of_.end()) return false;
    const auto found = form_of_.find(list_key(close->second));
    if (found == form_of_.end()) return false;
    form = found->second;
    return true;
}

std::string_view ObjectTable::list_key(std::uint32_t close) {
    list_key_.assign(reinterpret_cast<const char*>(&close), sizeof close);
    list_key_.append(reinterpret_cast<const char*>(list_.data()),
                     list_.size() * sizeof list_.front());
    return list_key_;
}

const char* ObjectTable::read(const char* at, const char* end, std::uint32_t place,
                              ValueReader& reader, std::vector<ShreddedValue>& values,
                              std::uint32_t& form) {
    const std::size_t held = values.size();
    const char* const behind = scan(at, end, reader, values);
    if (behind != nullptr && find_form(places_[place], form)) return behind;
    values.resize(held);
    return nullptr;
}

/// Fills list_, with new members for what was not seen.
ObjectTable::Learned ObjectTable::add_members(Place& place) {
    std::unordered_set<std::string> keys;
    std::string path;
    list_.clear();
    for (const Piece& piece : pieces_) {
        path.clear();
        if (!append_unescaped(piece.key, path) || path.find(path_separator) != std::string::npos ||
            !keys.insert(path).second)
            return Learned::refused;
        path.insert(0, place.path + path_separator);
        if (path.size() > path_bytes_max) return Learned::refused;
        auto found = place.members.find(piece.literal);
        if (found == place.members.end()) {
            if (place.keys >= place.keys_max || paths_.size() >= paths_fine_max)
                return Learned::full;
            MembersByKind none;
            none.fill(npos);
            found = place.members.emplace(piece.literal, none).first;
            ++place.keys;
        }
        std::uint32_t& member = found->second[static_cast<std::size_t>(piece.kind)];
        if (member == npos)
            member = forms_.add_member({.kind = piece.kind,
                                        .path = paths_.add(path),
                                        .literal = std::string(piece.literal)});
        list_.push_back(member);
    }
    return Learned::form;
}

ObjectTable::Learned ObjectTable::learn(const char* at, const char* end, std::uint32_t place,
                                        ValueReader& reader, std::vector<ShreddedValue>& values,
                                        std::uint32_t& form, const char*& behind) {
    const std::size_t held = values.size();
    behind = read(at, end, place, reader, values, form);
    if (behind != nullptr) return Learned::form;
    const auto give_up = [&](Learned why) {
        values.resize(held);
        return why;
    };
    if (is_full(place)) return Learned::full;
    behind = scan(at, end, reader, values);
    // What is spelled so that it cannot be listed may be whole; what is no object nobody takes.
    if (behind == nullptr) return give_up(Learned::full);
    if (close_.size() > object_close_bytes_max) return give_up(Learned::full);
    const Learned members = add_members(places_[place]);
    if (members != Learned::form) return give_up(members);
    const auto [close, is_new] =
        close_of_.try_emplace(std::string(close_), static_cast<std::uint32_t>(close_of_.size()));
    if (is_new) forms_.add_close(close->first);
    form = forms_.add_form(list_, close->second);
    form_of_.emplace(list_key(close->second), form);
    ++places_[place].forms;
    return Learned::form;
}

}  // namespace tomograph
