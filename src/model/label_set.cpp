#include "model/label_set.h"

#include <algorithm>

#include "base/hash.h"

namespace tomograph {
namespace {

auto place_of(auto& labels, std::string_view name) {
    return std::lower_bound(
        labels.begin(), labels.end(), name,
        [](const Label& label, std::string_view key) { return label.first < key; });
}

}  // namespace

LabelSet::LabelSet(std::vector<Label> labels) : labels_(std::move(labels)) {
    std::stable_sort(labels_.begin(), labels_.end(),
                     [](const Label& a, const Label& b) { return a.first < b.first; });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
        const bool is_last = i + 1 == labels_.size() || labels_[i + 1].first != labels_[i].first;
        if (!is_last || labels_[i].second.empty()) continue;
        if (kept != i) labels_[kept] = std::move(labels_[i]);
        ++kept;
    }
    labels_.resize(kept);
}

std::string_view LabelSet::get(std::string_view name) const {
    const auto found = place_of(labels_, name);
    if (found == labels_.end() || found->first != name) return {};
    return found->second;
}

void LabelSet::set(std::string_view name, std::string_view value) {
    const auto found = place_of(labels_, name);
    const bool is_there = found != labels_.end() && found->first == name;
    if (value.empty()) {
        if (is_there) labels_.erase(found);
    } else if (is_there) {
        found->second = value;
    } else {
        labels_.emplace(found, name, value);
    }
}

std::uint64_t LabelSet::hash() const {
    std::uint64_t hash = labels_.size();
    for (const auto& [name, value] : labels_) hash = hash64(value, hash64(name, hash));
    return hash;
}

std::string quoted_label_value(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '\\' || c == '"') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string to_text(const LabelSet& labels) {
    std::string out(labels.metric_name());
    std::string inside;
    for (const auto& [name, value] : labels) {
        if (name == metric_name_label) continue;
        if (!inside.empty()) inside += ", ";
        inside += name;
        inside += '=';
        inside += quoted_label_value(value);
    }
    if (inside.empty() && !out.empty()) return out;
    return out + "{" + inside + "}";
}

}  // namespace tomograph
