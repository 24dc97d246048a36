#include "store/engine/search/entry_counter.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "store/engine/search/group_traces.h"
#include "store/engine/search/picked_texts.h"
#include "store/engine/search/trace_trees.h"
#include "store/part/limits.h"
#include "store/part/part.h"

namespace tomograph {
namespace {

struct EntryCounts final : RunCounts {
    using RunCounts::RunCounts;
    std::shared_ptr<const EntryBatch> batch;
};

/// What a node of a map takes beside its key, about.
constexpr std::uint64_t node_bytes = 64;

/// The numbers of a point's service, type and method.
struct PointKey {
    std::uint32_t service = 0;
    std::uint32_t type = 0;
    std::uint32_t method = 0;
    bool operator==(const PointKey&) const = default;
};
struct HashPointKey {
    std::size_t operator()(const PointKey& key) const {
        return mix64(mix64(std::uint64_t{key.service} << 32 | key.type) + key.method);
    }
};

class RunEntries {
 public:
    RunEntries(GroupReader& group, column::Bitmap traces, std::vector<std::uint32_t> firsts)
        : group_(group),
          traces_(std::move(traces)),
          firsts_(std::move(firsts)),
          trees_(group, firsts_) {}

    Result<std::shared_ptr<const RunCounts>> run() {
        TRY(trees_.read_parents());
        TRY(find_roots());
        TRY(read_texts());
        TRY(list());
        auto counts = std::make_shared<EntryCounts>(std::move(traces_));
        counts->batch = std::move(batch_);
        return std::shared_ptr<const RunCounts>(std::move(counts));
    }

 private:
    enum Column : std::uint8_t { service, type, method, url, columns };

    Result<void> find_roots() {
        for (std::uint32_t trace = 0; trace < trees_.traces(); ++trace) {
            if (!traces_.test(trace)) continue;
            const auto root = TRY(trees_.root_of(trace));
            if (!root) {
                traces_.clear(trace);
                continue;
            }
            roots_.push_back(*root);
            owners_.push_back(trace);
        }
        return {};
    }

    /// Roots ascend with their traces, so one pass over the blocks meets all of them.
    Result<void> read_texts() {
        const Subject subjects[columns] = {{.field = Field::name, .path = {}},
                                           {.path = std::string(entry_type_path)},
                                           {.path = std::string(entry_method_path)},
                                           {.path = std::string(entry_url_path)}};
        for (std::size_t column = 0; column < columns; ++column) {
            const bool is_url = column == url;
            PickedTexts texts(
                group_, subjects[column],
                is_url ? PickedTexts::Equal::number_per_chunk : PickedTexts::Equal::one_number,
                is_url ? batch_->texts : names_);
            numbers_[column].resize(roots_.size());
            TRY(texts.read(roots_, numbers_[column]));
            texts_[column] = std::move(texts).take();
        }
        return {};
    }

    Result<void> list() {
        std::unordered_map<PointKey, std::uint32_t, HashPointKey> points;
        const std::uint64_t spans = std::max<std::uint64_t>(1, group_.facts().spans);
        batch_->traces.reserve(roots_.size());
        std::shared_ptr<const std::vector<TraceKey>> keys;
        std::size_t keys_block = ~std::size_t{0};
        for (std::size_t i = 0; i < roots_.size(); ++i) {
            const std::uint32_t trace = owners_[i];
            const auto number = [&](Column column) { return numbers_[column][i]; };
            if (is_unknown(i)) {
                traces_.clear(trace);
                continue;
            }
            const PointKey key{number(service), number(type), number(method)};
            const auto next = static_cast<std::uint32_t>(batch_->points.size());
            const auto [point, is_new] = points.try_emplace(key, next);
            if (is_new)
                batch_->points.push_back({.service = std::string(texts_[service][key.service]),
                                          .type = std::string(texts_[type][key.type]),
                                          .method = std::string(texts_[method][key.method])});
            if (const std::size_t block = trace / trace_block_rows; block != keys_block) {
                keys = TRY(group_.key_block(block));
                keys_block = block;
            }
            const TraceKey& row = (*keys)[trace % trace_block_rows];
            const std::uint32_t count = trees_.end(trace) - trees_.first(trace);
            batch_->traces.push_back(
                {.second = row.second,
                 .draw = draw_of(row.id),
                 .bytes = group_.facts().bytes * count / spans,
                 .point = point->second,
                 .url = number(url),
                 .spans = count,
                 .error = trees_.has_flag(roots_[i], span_error | span_throttle),
                 .fault = trees_.has_flag(roots_[i], span_fault)});
        }
        batch_->urls = std::move(texts_[url]);
        batch_->urls.shrink_to_fit();
        return {};
    }

    bool is_unknown(std::size_t i) const {
        return std::any_of(numbers_.begin(), numbers_.end(),
                           [i](const auto& numbers) { return numbers[i] == PickedTexts::unknown; });
    }

    GroupReader& group_;
    column::Bitmap traces_;
    std::vector<std::uint32_t> firsts_;  ///< first span of each trace, and one past the last
    TraceTrees trees_;
    std::vector<std::uint32_t> roots_;
    std::vector<std::uint32_t> owners_;  ///< the traces of the roots
    Arena names_;
    std::array<std::vector<std::uint32_t>, columns> numbers_;  ///< by root
    std::array<std::vector<std::string_view>, columns> texts_;
    std::shared_ptr<EntryBatch> batch_ = std::make_shared<EntryBatch>();
};

/// Traces that are not sealed yet will take as much as the others, span by span.
void fill_bytes(const std::vector<std::shared_ptr<const EntryBatch>>& sealed, EntryBatch& read) {
    constexpr double bytes_per_span_otherwise = 60;
    double bytes = 0;
    double spans = 0;
    for (const auto& batch : sealed)
        for (const TraceEntry& entry : batch->traces) {
            bytes += static_cast<double>(entry.bytes);
            spans += entry.spans;
        }
    const double each = spans > 0 ? bytes / spans : bytes_per_span_otherwise;
    for (TraceEntry& entry : read.traces)
        entry.bytes = static_cast<std::uint64_t>(each * entry.spans);
}

}  // namespace

std::uint64_t draw_of(TraceId id) { return mix64(id.high ^ mix64(id.low)); }

void EntryList::add(std::shared_ptr<const EntryBatch> batch) {
    batch_bytes_ += batch->bytes();
    batches_.push_back(std::move(batch));
}

void EntryList::add(const EntryPoint& point, std::string_view url, TraceEntry entry) {
    EntryBatch& batch = *read_;
    if (batch.urls.empty()) batch.urls.push_back({});
    const auto next_point = static_cast<std::uint32_t>(batch.points.size());
    const auto [found, is_new] = points_.try_emplace(point, next_point);
    if (is_new) {
        batch.points.push_back(point);
        const std::size_t size = point.service.size() + point.type.size() + point.method.size();
        name_bytes_ += 2 * (size + sizeof(EntryPoint)) + node_bytes;
    }
    entry.point = found->second;
    entry.url = 0;
    if (const auto known = urls_.find(url); known != urls_.end()) {
        entry.url = known->second;
    } else if (!url.empty()) {
        entry.url = static_cast<std::uint32_t>(batch.urls.size());
        batch.urls.push_back(batch.texts.copy(url));
        urls_.emplace(batch.urls.back(), entry.url);
        name_bytes_ += node_bytes;
    }
    batch.traces.push_back(entry);
}

TraceEntries EntryList::take() && {
    TraceEntries entries;
    if (!read_->traces.empty()) {
        fill_bytes(batches_, *read_);
        batches_.push_back(std::move(read_));
    }
    entries.batches = std::move(batches_);
    return entries;
}

Result<std::shared_ptr<const RunCounts>> EntryCounter::count(GroupReader& group,
                                                             const column::Bitmap& rows) const {
    column::Bitmap regular = TRY(regular_traces(group));
    regular &= rows;
    std::vector<std::uint32_t> firsts = TRY(first_spans(group));
    return RunEntries(group, std::move(regular), std::move(firsts)).run();
}

void EntryCounter::add(const RunCounts& counts) {
    list_.add(static_cast<const EntryCounts&>(counts).batch);
}

}  // namespace tomograph
