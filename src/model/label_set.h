#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tomograph {

using Label = std::pair<std::string, std::string>;

/// The label that holds a metric's name.
inline constexpr std::string_view metric_name_label = "__name__";

/// What tells one time series from another: labels by name, none twice, none empty, for an absent
/// label and an empty one are the same to Prometheus.
class LabelSet {
 public:
    LabelSet() = default;
    /// Of two equal names the last one counts.
    explicit LabelSet(std::vector<Label> labels);

    /// "" for what is not there. Borrowed.
    std::string_view get(std::string_view name) const;
    std::string_view metric_name() const { return get(metric_name_label); }
    /// "" removes it.
    void set(std::string_view name, std::string_view value);
    void remove(std::string_view name) { set(name, ""); }

    bool is_empty() const { return labels_.empty(); }
    std::size_t size() const { return labels_.size(); }
    auto begin() const { return labels_.begin(); }
    auto end() const { return labels_.end(); }
    std::uint64_t hash() const;

    auto operator<=>(const LabelSet&) const = default;

 private:
    std::vector<Label> labels_;
};

/// `name{a="b"}`, as Prometheus writes it.
std::string to_text(const LabelSet& labels);

/// In double quotes, with \\, \" and \n escaped.
std::string quoted_label_value(std::string_view text);

struct LabelSetHash {
    std::size_t operator()(const LabelSet& labels) const { return labels.hash(); }
};

}  // namespace tomograph
