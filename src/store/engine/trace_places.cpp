#include "store/engine/trace_places.h"

#include <algorithm>
#include <map>
#include <set>

#include "store/limits.h"
#include "trace/trace_order.h"

namespace tomograph {
namespace {

/// Listings that begin closer to each other are one: a dashboard asks every few seconds.
constexpr Duration listings_apart = Duration::minutes(1);

/// A version of a span's document, as far as the trace's place depends on it.
struct Version {
    Lsn lsn;
    SpanId span;
    Instant start;
    bool in_progress = false;

    bool replaces(const Version& other) const {
        return in_progress != other.in_progress ? other.in_progress : lsn >= other.lsn;
    }
};

Version version_of(Lsn lsn, const SegmentHeader& header) {
    return {
        .lsn = lsn, .span = header.id, .start = header.start, .in_progress = header.in_progress};
}

/// The one step of a trace of which every document says the same place: the earliest start is one
/// of theirs, whichever won. Nothing when they do not agree, or there is none.
std::optional<PlaceStep> only_step(TraceId id, std::span<const DocumentPointer> sealed,
                                   std::span<const DocumentPointer> open,
                                   std::span<const OutdatedStart> outdated) {
    std::optional<PlaceStep> only;
    const auto agrees = [&](Lsn lsn, Instant start) {
        const std::int64_t second = trace_second(id, start);
        if (!only) only = {.from = lsn, .second = second};
        only->from = std::min(only->from, lsn);
        return second == only->second;
    };
    const bool is_only =
        std::ranges::all_of(
            sealed, [&](const auto& each) { return agrees({}, each->document.header.start); }) &&
        std::ranges::all_of(
            open,
            [&](const auto& each) { return agrees(each->lsn, each->document.header.start); }) &&
        std::ranges::all_of(outdated,
                            [&](const auto& each) { return agrees(each.lsn, each.start); });
    return is_only ? only : std::nullopt;
}

/// By number.
std::vector<Version> versions_of(std::span<const DocumentPointer> sealed,
                                 std::span<const DocumentPointer> open,
                                 std::span<const OutdatedStart> outdated) {
    std::vector<Version> versions;
    versions.reserve(sealed.size() + open.size() + outdated.size());
    for (const DocumentPointer& each : sealed)
        versions.push_back(version_of({}, each->document.header));
    for (const DocumentPointer& each : open)
        versions.push_back(version_of(each->lsn, each->document.header));
    for (const OutdatedStart& each : outdated)
        versions.push_back({.lsn = each.lsn,
                            .span = each.span,
                            .start = each.start,
                            .in_progress = each.in_progress});
    std::sort(versions.begin(), versions.end(),
              [](const Version& a, const Version& b) { return a.lsn < b.lsn; });
    return versions;
}

}  // namespace

std::vector<PlaceStep> place_steps(TraceId id, std::span<const DocumentPointer> sealed,
                                   std::span<const DocumentPointer> open,
                                   std::span<const OutdatedStart> outdated) {
    if (const auto only = only_step(id, sealed, open, outdated)) return {*only};
    const std::vector<Version> versions = versions_of(sealed, open, outdated);
    std::vector<PlaceStep> steps;
    std::map<SpanId, Version> winners;
    std::multiset<std::int64_t> starts;
    for (std::size_t i = 0; i < versions.size(); ++i) {
        const Version& version = versions[i];
        const auto [winner, is_new] = winners.try_emplace(version.span, version);
        if (!is_new && !version.replaces(winner->second)) continue;
        if (!is_new) starts.erase(starts.find(winner->second.start.ns));
        winner->second = version;
        starts.insert(version.start.ns);
        // Those that are sealed came at once, as far as is known.
        if (i + 1 < versions.size() && versions[i + 1].lsn == version.lsn) continue;
        const std::int64_t second = trace_second(id, Instant{*starts.begin()});
        if (steps.empty() || steps.back().second != second)
            steps.push_back({.from = version.lsn, .second = second});
    }
    return steps;
}

std::int64_t place_at(std::span<const PlaceStep> steps, Lsn as_of) {
    const PlaceStep* step = &steps.front();
    for (const PlaceStep& each : steps)
        if (each.from <= as_of) step = &each;
    return step->second;
}

void TracePlaces::drop_old_listings(State& state, Duration now) {
    std::erase_if(state.listings, [&](const Listing& listing) {
        return now - listing.last_page > listing_age_max;
    });
}

/// Forgets traces that no listing asks for: those that moved last before all of them.
void TracePlaces::drop_unasked(State& state) {
    const auto is_unasked = [&](TraceId id) {
        const auto moved = state.moved.find(id);
        return state.listings.empty() || moved->second.back().from <= state.listings.front().as_of;
    };
    while (!state.order.empty() && is_unasked(state.order.front())) {
        state.moved.erase(state.order.front());
        state.order.pop_front();
    }
}

Lsn TracePlaces::begin_listing(Duration now) {
    auto state = state_.lock();
    drop_old_listings(*state, now);
    drop_unasked(*state);
    // Under the lock: what a sealer saw when it asked for listings is not above it.
    const Lsn as_of = open_.newest();
    auto& listings = state->listings;
    if (!listings.empty() && now - listings.back().begun < listings_apart)
        listings.back().last_page = now;
    else
        listings.push_back({.as_of = as_of, .begun = now, .last_page = now});
    return as_of;
}

void TracePlaces::go_on(Lsn as_of, Duration now) {
    auto state = state_.lock();
    auto& listings = state->listings;
    const auto above = std::find_if(listings.begin(), listings.end(),
                                    [&](const Listing& listing) { return listing.as_of > as_of; });
    // None is as old after a restart: what moves from now on is remembered at least.
    if (above == listings.begin())
        listings.insert(above, {.as_of = as_of, .begun = now, .last_page = now});
    else
        std::prev(above)->last_page = now;
}

bool TracePlaces::is_asked_of(Lsn document, Duration now) {
    auto state = state_.lock();
    drop_old_listings(*state, now);
    return !state->listings.empty() && state->listings.front().as_of < document;
}

void TracePlaces::note(TraceId id, std::vector<PlaceStep> steps) {
    auto state = state_.lock();
    const auto [moved, is_new] = state->moved.try_emplace(id);
    if (is_new) {
        moved->second = std::move(steps);
        state->order.push_back(id);
    } else {
        auto& known = moved->second;
        for (const PlaceStep& step : steps)
            if (step.from > known.back().from && step.second != known.back().second)
                known.push_back(step);
    }
    drop_unasked(*state);
    while (state->moved.size() > moved_traces_max) {
        state->moved.erase(state->order.front());
        state->order.pop_front();
        metrics_.places_forgotten.add();
    }
}

std::vector<PlaceStep> TracePlaces::steps_of(TraceId id) const {
    auto state = state_.lock();
    const auto moved = state->moved.find(id);
    return moved == state->moved.end() ? std::vector<PlaceStep>() : moved->second;
}

void TracePlaces::visit(
    Lsn as_of, const std::function<void(TraceId, std::span<const PlaceStep>)>& look) const {
    auto state = state_.lock();
    for (const auto& [id, steps] : state->moved)
        if (steps.back().from > as_of) look(id, steps);
}

}  // namespace tomograph
