#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace tomograph {

/// What kind of thing went wrong, for the program. `api` has the only table from these to wire
/// codes.
enum class ErrorCode {
    invalid,      ///< the input breaks a rule
    not_found,    ///< no such thing
    conflict,     ///< the thing exists, or changed meanwhile
    limit,        ///< a bound was reached; the message names it
    denied,       ///< the caller may not
    unavailable,  ///< try again later: overload, read-only, starting
    timeout,      ///< time ran out
    cancelled,    ///< the caller went away
    corrupt,      ///< stored bytes are damaged
    io,           ///< disk or network failed
    internal,     ///< a bug or a library failure
};

std::string_view to_text(ErrorCode code);

/// A code for the program and a sentence for the operator: lower case, no full stop, with the
/// numbers.
class [[nodiscard]] Error {
 public:
    Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

    ErrorCode code() const { return code_; }
    const std::string& message() const { return message_; }

    /// The same error seen from one level up: "read part 42" + "checksum mismatch".
    Error within(std::string_view context) &&;

 private:
    ErrorCode code_;
    std::string message_;
};

/// An Error from errno: `error_from_errno(ErrorCode::io, "open /x")` gives "open /x: No such
/// file…".
Error error_from_errno(ErrorCode code, std::string_view what);

/// A value or an Error. Test it before use; reading the wrong side dies.
template <class T>
class [[nodiscard]] Result {
 public:
    using value_type = T;

    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return held_.index() == 0; }

    T& value() & {
        ASSERT(held_.index() == 0);
        return *std::get_if<0>(&held_);
    }
    const T& value() const& {
        ASSERT(held_.index() == 0);
        return *std::get_if<0>(&held_);
    }
    T&& value() && {
        ASSERT(held_.index() == 0);
        return std::move(*std::get_if<0>(&held_));
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const& {
        ASSERT(held_.index() == 1);
        return *std::get_if<1>(&held_);
    }
    Error&& error() && {
        ASSERT(held_.index() == 1);
        return std::move(*std::get_if<1>(&held_));
    }

 private:
    std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
    Result() : held_(std::in_place_index<0>) {}
    Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return held_.index() == 0; }
    void value() const { ASSERT(held_.index() == 0); }

    const Error& error() const& {
        ASSERT(held_.index() == 1);
        return *std::get_if<1>(&held_);
    }
    Error&& error() && {
        ASSERT(held_.index() == 1);
        return std::move(*std::get_if<1>(&held_));
    }

 private:
    std::variant<std::monostate, Error> held_;
};

}  // namespace tomograph

/// The value of a Result, or a return of its Error from the enclosing function. Stands alone: a
/// statement, an initialiser, or the right of `=`; never inside a larger expression, never in a
/// coroutine.
#define TRY(expression)                               \
    __extension__({                                   \
        auto tomograph_try_ = (expression);           \
        if (!tomograph_try_) [[unlikely]]             \
            return std::move(tomograph_try_).error(); \
        std::move(tomograph_try_).value();            \
    })

/// As TRY, with the error's message put in context: TRY_WITHIN("read part 42", read(…)).
#define TRY_WITHIN(context, expression)                               \
    __extension__({                                                   \
        auto tomograph_try_ = (expression);                           \
        if (!tomograph_try_) [[unlikely]]                             \
            return std::move(tomograph_try_).error().within(context); \
        std::move(tomograph_try_).value();                            \
    })
