#include "service/sampling/judged_requests.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "base/hash.h"
#include "service/sampling/hash_numbers.h"
#include "service/sampling/rule_sieve.h"

namespace tomograph {
namespace {

std::optional<std::string> if_said(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

/// `http://shop.example:8080/cart?id=7`, or only `/cart`.
struct UrlParts {
    std::string_view host;
    std::string_view path;
};

UrlParts split_url(std::string_view url) {
    UrlParts parts;
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
        url.remove_prefix(scheme + 3);
        const auto end = std::min(url.find_first_of("/?#"), url.size());
        parts.host = url.substr(0, end);
        url.remove_prefix(end);
        if (url.empty() || url.front() != '/') {
            parts.path = "/";
            return parts;
        }
    }
    parts.path = url.substr(0, std::min(url.find_first_of("?#"), url.size()));
    return parts;
}

/// Requests that differ by their path only.
struct Door {
    const EntryPoint* point = nullptr;
    std::string_view host;
    std::vector<std::uint32_t> rules;  ///< RuleSieve::fitting_beside_path()
    std::uint32_t caller = 0;
};

/// Doors that are kept; with more, as where every request has a host of its own, all are forgotten.
constexpr std::size_t doors_max = 4'096;

/// About how many operations there may be: a few URLs came in at several points.
std::size_t urls_of(const TraceEntries& entries) {
    std::size_t urls = 0;
    for (const auto& batch : entries.batches) urls += batch->urls.size();
    return urls;
}

class Judge {
 public:
    /// Both borrowed.
    Judge(const std::vector<SamplingRule>& rules, const TraceEntries& entries)
        : entries_(entries), sieve_(rules), numbers_(urls_of(entries)) {}

    JudgedRequests run() && {
        told_.requests.reserve(entries_.traces());
        told_.operations.reserve(urls_of(entries_));  // what is not used is not touched
        for (const auto& batch : entries_.batches) {
            known_.assign(batch->urls.size(), Known{});
            point_hashes_.clear();
            for (const EntryPoint& point : batch->points)
                point_hashes_.push_back(
                    hash64(point.service, hash64(point.method, hash64(point.type))));
            std::span<const TraceEntry> left = batch->traces;
            while (!left.empty()) {
                const auto some = left.first(std::min(left.size(), at_once));
                judge(*batch, some);
                left = left.subspan(some.size());
            }
        }
        return std::move(told_);
    }

 private:
    /// Requests whose places in the table are fetched while others are looked at: nearly each is a
    /// miss of all caches, which took two thirds of the time.
    static constexpr std::size_t at_once = 64;

    /// Of a URL, and the point that it came in at last: most come in at one.
    struct Known {
        std::uint32_t point = ~std::uint32_t{0};
        std::uint32_t rule = JudgedRequest::no_rule;
        std::uint32_t operation = 0;
    };
    /// What is not known yet of a request.
    struct Asked {
        std::size_t request = 0;
        const Door* door = nullptr;
        std::string_view path;
        std::uint64_t hash = 0;
    };

    void judge(const EntryBatch& batch, std::span<const TraceEntry> entries) {
        if (doors_.size() + at_once > doors_max) {
            doors_.clear();
            door_numbers_ = HashNumbers(doors_max);
        }
        asked_.clear();
        for (const TraceEntry& entry : entries) {
            const Known& known = known_[entry.url];
            if (known.point != entry.point) ask(batch, entry);
            told_.requests.push_back(
                {.entry = &entry, .rule = known.rule, .operation = known.operation});
        }
        for (const Asked& asked : asked_) {
            JudgedRequest& request = told_.requests[asked.request];
            request.rule =
                sieve_.first(asked.door->rules, asked.path).value_or(JudgedRequest::no_rule);
            request.operation = operation_of(asked);
            known_[request.entry->url] = {.point = request.entry->point,
                                          .rule = request.rule,
                                          .operation = request.operation};
        }
    }

    void ask(const EntryBatch& batch, const TraceEntry& entry) {
        const UrlParts parts = split_url(batch.urls[entry.url]);
        const Door& door =
            door_of(batch.points[entry.point], point_hashes_[entry.point], parts.host);
        asked_.push_back({.request = told_.requests.size(),
                          .door = &door,
                          .path = parts.path,
                          .hash = hash64(parts.path, door.caller)});
        numbers_.prefetch(asked_.back().hash);
    }

    std::uint32_t operation_of(const Asked& asked) {
        const std::uint32_t caller = asked.door->caller;
        const auto [operation, is_new] = numbers_.find(asked.hash, [&](std::uint32_t at) {
            const JudgedOperation& known = told_.operations[at];
            return known.caller == caller && known.path == asked.path;
        });
        if (is_new) told_.operations.push_back({.path = asked.path, .caller = caller});
        return operation;
    }

    const Door& door_of(const EntryPoint& point, std::uint64_t hash, std::string_view host) {
        const auto [number, is_new] =
            door_numbers_.find(hash64(host, hash), [&](std::uint32_t door) {
                return doors_[door].host == host && *doors_[door].point == point;
            });
        if (!is_new) return doors_[number];
        const SamplingRequest request{.service_name = if_said(point.service),
                                      .service_type = if_said(point.type),
                                      .host = if_said(std::string(host)),
                                      .http_method = if_said(point.method)};
        doors_.push_back({.point = &point,
                          .host = host,
                          .rules = sieve_.fitting_beside_path(request),
                          .caller = caller_of(point)});
        return doors_.back();
    }

    std::uint32_t caller_of(const EntryPoint& point) {
        const auto [service, is_new_service] =
            service_numbers_.try_emplace(point.service, told_.services.size());
        if (is_new_service) told_.services.push_back(point.service);
        const auto [caller, is_new] =
            caller_numbers_.try_emplace({point.service, point.method}, told_.callers.size());
        if (is_new)
            told_.callers.push_back(
                {.point = &point, .service = static_cast<std::uint32_t>(service->second)});
        return static_cast<std::uint32_t>(caller->second);
    }

    const TraceEntries& entries_;
    RuleSieve sieve_;
    JudgedRequests told_;
    HashNumbers numbers_;     ///< of its operations
    std::deque<Door> doors_;  ///< none moves while others are added
    HashNumbers door_numbers_{doors_max};
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> caller_numbers_;
    std::map<std::string_view, std::size_t> service_numbers_;
    std::vector<Known> known_;                 ///< by URL of the batch
    std::vector<std::uint64_t> point_hashes_;  ///< by point of the batch
    std::vector<Asked> asked_;
};

}  // namespace

JudgedRequests judge_requests(const std::vector<SamplingRule>& rules, const TraceEntries& entries) {
    return Judge(rules, entries).run();
}

}  // namespace tomograph
