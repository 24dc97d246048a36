#include "query/summary_cache.h"

#include <iterator>
#include <utility>

namespace tomograph {
namespace {

/// Of an entry beside its text: nodes of the list and the table, the string, its counters.
constexpr std::size_t entry_bytes = 256;

}  // namespace

SummaryCache::SummaryCache(MetricsRegistry& registry, std::size_t bytes_max)
    : hits_(registry.counter("tomograph_query_summary_cache_hits_total",
                             "Trace summaries that were answered from memory.")),
      misses_(registry.counter("tomograph_query_summary_cache_misses_total",
                               "Trace summaries that could have been in memory and were not.")),
      bytes_(registry.gauge("tomograph_query_summary_cache_bytes",
                            "Memory of the trace summaries that are kept.")),
      bytes_max_(bytes_max) {}

std::size_t SummaryCache::bytes_of(const Entry& entry) {
    return entry_bytes + entry.text->capacity();
}

void SummaryCache::erase(State& state, std::list<Entry>::iterator entry) {
    state.bytes -= bytes_of(*entry);
    state.places.erase(entry->id);
    state.entries.erase(entry);
}

SummaryCache::Text SummaryCache::find(TraceId id, std::uint64_t stamp) {
    auto state = state_.lock();
    const auto place = state->places.find(id);
    if (place == state->places.end() || place->second->stamp != stamp) {
        if (place != state->places.end()) erase(*state, place->second);
        misses_.add();
        return nullptr;
    }
    hits_.add();
    state->entries.splice(state->entries.begin(), state->entries, place->second);
    return place->second->text;
}

void SummaryCache::put(TraceId id, std::uint64_t stamp, Text text) {
    Entry entry{.id = id, .stamp = stamp, .text = std::move(text)};
    const std::size_t bytes = bytes_of(entry);
    if (bytes > bytes_max_) return;
    auto state = state_.lock();
    if (const auto place = state->places.find(id); place != state->places.end())
        erase(*state, place->second);
    state->entries.push_front(std::move(entry));
    state->places.emplace(id, state->entries.begin());
    state->bytes += bytes;
    while (state->bytes > bytes_max_) erase(*state, std::prev(state->entries.end()));
    bytes_.set(static_cast<double>(state->bytes));
}

void SummaryCache::clear() {
    auto state = state_.lock();
    *state = State();
    bytes_.set(0);
}

}  // namespace tomograph
