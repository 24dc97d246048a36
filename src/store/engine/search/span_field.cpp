#include "store/engine/search/span_field.h"

#include "store/part/part.h"

namespace tomograph {

bool has_span_column(Field field) {
    switch (field) {
        case Field::name:
        case Field::service:
        case Field::duration:
        case Field::response_time:
        case Field::status:
            return true;
        default:
            return is_span_flag(field);
    }
}

bool is_span_flag(Field field) {
    switch (field) {
        case Field::ok:
        case Field::error:
        case Field::fault:
        case Field::throttle:
        case Field::in_progress:
        case Field::segment:
        case Field::aws:
        case Field::remote:
        case Field::sql:
        case Field::inferred:
            return true;
        default:
            return false;
    }
}

bool span_flag_of(Field field, std::int64_t flags) {
    const auto has = [&](std::int64_t mask) { return (flags & mask) != 0; };
    switch (field) {
        case Field::ok:
            return !has(span_error | span_throttle | span_fault);
        case Field::error:
            return has(span_error);
        case Field::fault:
            return has(span_fault);
        case Field::throttle:
            return has(span_throttle);
        case Field::in_progress:
            return has(span_in_progress);
        case Field::segment:
            return has(span_is_segment);
        case Field::aws:
            return has(span_aws);
        case Field::remote:
            return has(span_remote);
        case Field::sql:
            return has(span_sql);
        default:
            return false;  // inferred: those are never sent
    }
}

}  // namespace tomograph
