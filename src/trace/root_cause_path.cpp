#include "trace/root_cause_path.h"

#include <algorithm>

#include "trace/limits.h"

namespace tomograph {
namespace {

/// The first bytes of a UTF-8 text, not cutting through a character.
std::string shortened(std::string_view text) {
    if (text.size() <= root_cause_text_bytes_max) return std::string(text);
    std::size_t end = root_cause_text_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    return std::string(text.substr(0, end));
}

RootCauseEntity entity_of(const Entity& entity) {
    const Span& span = *entity.span;
    RootCauseEntity result{.name = std::string(span.name),
                           .remote = !entity.is_segment && span.name_space != SpanNamespace::local};
    for (const SpanException& exception : span.exceptions) {
        if (result.exceptions.size() == root_cause_exceptions_max) break;
        result.exceptions.push_back(
            {.name = shortened(exception.type), .message = shortened(exception.message)});
    }
    return result;
}

}  // namespace

std::vector<std::size_t> path_from_root(const Trace& trace, std::size_t origin) {
    std::vector<std::size_t> path{origin};
    while (path.size() < root_cause_path_max && trace.entities[path.back()].parent >= 0)
        path.push_back(static_cast<std::size_t>(trace.entities[path.back()].parent));
    std::reverse(path.begin(), path.end());
    return path;
}

std::vector<RootCauseService> services_on_path(const Trace& trace,
                                               const std::vector<std::size_t>& path) {
    std::vector<RootCauseService> services;
    std::int32_t segment = -1;
    for (const std::size_t index : path) {
        const Entity& entity = trace.entities[index];
        if (entity.segment < 0) continue;
        if (entity.segment != segment) {
            segment = entity.segment;
            const Entity& owner = trace.entities[static_cast<std::size_t>(segment)];
            services.push_back(
                {.service = owner.service, .entity_path = {}, .inferred = owner.is_inferred});
        }
        services.back().entity_path.push_back(entity_of(entity));
    }
    return services;
}

std::vector<std::string> signature(const RootCause& cause) {
    std::vector<std::string> words;
    for (const RootCauseService& service : cause.services) {
        words.insert(words.end(), {"service", service.service.name, service.service.type,
                                   service.service.account_id});
        for (const RootCauseEntity& entity : service.entity_path) {
            words.insert(words.end(), {"entity", entity.name});
            for (const RootCauseException& exception : entity.exceptions)
                words.insert(words.end(), {"exception", exception.name, exception.message});
        }
    }
    return words;
}

}  // namespace tomograph
