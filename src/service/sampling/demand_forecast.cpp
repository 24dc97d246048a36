#include "service/sampling/demand_forecast.h"

#include <algorithm>
#include <cmath>

namespace tomograph {
namespace {

/// How much the newest report weighs against those before it.
constexpr double newest_weight = 0.8;
/// What a peak loses from report to report: half of it in six minutes.
constexpr double peak_decay = 0.98;
/// How fast a floor comes up.
constexpr double floor_gain = 0.02;
/// Reports of all clients together that a cell remembers: the past fades.
constexpr float seen_max = 200;
/// What nobody has seen weighs as much as so many reports.
constexpr float seen_before = 4;
/// How fast steadiness comes back: it takes four minutes.
constexpr double steadiness_gain = 0.05;

/// The interval of reports, of the 13 s in which the shortest quota counts.
constexpr double interval_of_life = 10.0 / 13;

/// Of a share of the peak.
std::size_t level_of(double share) {
    constexpr std::array<double, 4> bounds = {0.15, 0.4, 0.7, 0.9};
    std::size_t level = 0;
    while (level < bounds.size() && share >= bounds[level]) ++level;
    return level;
}

/// Down, as it was, up.
std::size_t trend_of(double change) {
    constexpr double much = 0.15;
    return change < -much ? 0 : change > much ? 2 : 1;
}

/// Of 5 s at first, then longer ones.
std::size_t age_class(double seconds) {
    if (seconds < 80) return static_cast<std::size_t>(seconds / 5);
    if (seconds < 160) return 16 + static_cast<std::size_t>((seconds - 80) / 20);
    if (seconds < 320) return 20 + static_cast<std::size_t>((seconds - 160) / 40);
    return 24;
}

/// What chance alone makes of so many requests.
double chance(double requests) { return 3 * std::sqrt(requests) + 1; }

/// How much of the demand above the client's floor is there in the report that follows: of what it
/// asks for now, or of its peak where it asks for little.
double kept_of(const DemandTrack& client, double requests, double seconds) {
    const double rest = client.floor * seconds;
    const double there = requests + chance(requests);
    const auto share = [](double part) {
        // What ends within the interval lies idle until its quota has ended, some seconds later.
        return part < 1 ? std::max(part, 0.0) * interval_of_life : 1;
    };
    double before = client.newest * seconds;
    if (before - rest <= chance(before)) before = client.peak * seconds;
    if (before - rest > chance(before)) return share((there - rest) / (before - rest));
    return there < rest ? share(there / rest) : 1;
}

/// Where between its floor and its peak a client stands.
double height_of(const DemandTrack& client, double rate) {
    const double range = client.peak - client.floor;
    return range <= 0 ? 1 : std::clamp((rate - client.floor) / range, 0.0, 1.0);
}

/// A report that is half as high as a burst was sent in the middle of its first seconds.
void note_height(DemandTrack& client, double seconds) {
    constexpr double rises_at = 0.25;
    constexpr double falls_at = 0.7;
    const double height = height_of(client, client.newest);
    const bool is_high = client.is_high ? height >= falls_at : height > rises_at;
    client.age += seconds;
    if (is_high != client.is_high) client.age = seconds * (is_high ? height : 1 - height);
    client.is_high = is_high;
}

}  // namespace

std::uint16_t DemandForecast::situation_of(const DemandTrack& client, double before) {
    const double peak = std::max(client.peak, 1e-9);
    const std::size_t number =
        ((level_of(client.newest / peak) * trends + trend_of((client.newest - before) / peak)) *
             ages +
         age_class(client.age)) *
            2 +
        (client.is_high ? 1 : 0);
    return static_cast<std::uint16_t>(number);
}

void DemandForecast::learn(const DemandTrack& client, double requests, double seconds) {
    Cell& cell = cells_[client.situation];
    const double peak = std::max(client.peak, 1e-9);
    if (cell.seen == 0) {
        cell.next = static_cast<float>(client.rate / peak);
        cell.seen = seen_before;
    }
    cell.seen = std::min(cell.seen + 1, seen_max);
    const auto kept = static_cast<float>(kept_of(client, requests, seconds));
    const auto next = static_cast<float>(std::min(2.0, requests / seconds / peak));
    cell.kept += (kept - cell.kept) / cell.seen;
    cell.next += (next - cell.next) / cell.seen;
}

void DemandForecast::note(DemandTrack& client, double requests, double seconds) {
    const double rate = requests / seconds;
    if (client.is_known) {
        learn(client, requests, seconds);
        const double kept = kept_of(client, requests, seconds);
        client.steadiness =
            std::min(kept, client.steadiness + (1 - client.steadiness) * steadiness_gain);
    }
    const double before = client.is_known ? client.newest : rate;
    client.rate = client.is_known ? newest_weight * rate + (1 - newest_weight) * client.rate : rate;
    client.newest = rate;
    client.floor =
        client.is_known ? std::min(rate, client.floor + (rate - client.floor) * floor_gain) : rate;
    client.peak = std::max(rate, client.peak * peak_decay);
    note_height(client, seconds);
    client.is_known = true;
    client.situation = situation_of(client, before);
}

DemandForecast::Outlook DemandForecast::outlook(const DemandTrack& client) const {
    const Cell& cell = cells_[client.situation];
    if (cell.seen == 0) return {.rate = client.rate, .floor = client.floor, .kept = 1};
    // What few have shown counts little.
    const double trust = static_cast<double>((cell.seen - seen_before) / cell.seen);
    const double next = static_cast<double>(cell.next) * client.peak;
    return {.rate = client.rate + trust * (next - client.rate),
            .floor = client.floor,
            .kept = static_cast<double>(cell.kept)};
}

}  // namespace tomograph
