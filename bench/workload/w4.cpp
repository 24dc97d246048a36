#include "workload/w4.h"

#include "workload/random.h"

namespace tomograph::workload {
namespace {

constexpr double in_progress_share = 0.20;
constexpr double late_share = 0.02;
constexpr double days_late_share = 0.001;
constexpr double duplicate_share = 0.01;
constexpr std::int64_t jitter_us = 50'000;
constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

std::int64_t between(std::int64_t low, std::int64_t high, Random& random) {
    return low + static_cast<std::int64_t>(random.unit() * static_cast<double>(high - low));
}

std::int64_t lateness_us(Random& random) {
    const double choice = random.unit();
    if (choice < days_late_share) return between(day_us, 3 * day_us, random);
    if (choice < days_late_share + late_share)
        return between(60 * second_us, 3600 * second_us, random);
    return 0;
}

}  // namespace

W4::W4(const W1Options& options) : workload_(options), seed_(mix64(options.seed + 4)) {}

bool W4::next(std::uint64_t traces, Delivery& delivery) {
    // A trace sends nothing before it starts, and they start in the order of their numbers.
    while (sent_ < traces &&
           (on_their_way_.empty() || on_their_way_.top().arrival_us > sent_start_us_))
        send(sent_++);
    if (on_their_way_.empty()) return false;
    delivery = on_their_way_.top();
    on_their_way_.pop();
    return true;
}

void W4::send(std::uint64_t number) {
    Random random(seed_ ^ number);
    const W1Trace trace = workload_.trace(number);
    sent_start_us_ = trace.spans.front().start_us;
    for (std::uint32_t i = 0; i < trace.spans.size(); ++i) {
        const W1Span& span = trace.spans[i];
        Delivery delivery{span.end_us + between(0, jitter_us, random), number, i,
                          DocumentState::complete};
        if (random.chance(in_progress_share)) {
            Delivery early = delivery;
            early.arrival_us = span.start_us + between(0, jitter_us, random);
            early.state = DocumentState::in_progress;
            on_their_way_.push(early);
            delivery.arrival_us =
                early.arrival_us + between(2 * second_us, 120 * second_us, random);
        }
        delivery.arrival_us += lateness_us(random);
        on_their_way_.push(delivery);
        if (!random.chance(duplicate_share)) continue;
        delivery.arrival_us += between(0, second_us, random);
        on_their_way_.push(delivery);
    }
}

}  // namespace tomograph::workload
