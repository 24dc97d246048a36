#include "base/result.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <memory>
#include <string>

namespace tomograph {
namespace {

Result<int> half_of(int n) {
    if (n % 2 != 0) return Error(ErrorCode::invalid, std::to_string(n) + " is odd");
    return n / 2;
}

Result<int> quarter_of(int n) {
    const int half = TRY(half_of(n));
    return half_of(half);
}

Result<void> check_eighth(int n) {
    const int quarter = TRY_WITHIN("quarter of " + std::to_string(n), quarter_of(n));
    TRY_WITHIN("eighth", half_of(quarter));
    return {};
}

Result<std::unique_ptr<int>> boxed(int n) { return std::make_unique<int>(TRY(half_of(n))); }

}  // namespace

TEST_CASE("a result holds a value or an error") {
    const auto good = half_of(4);
    REQUIRE(good);
    CHECK(*good == 2);
    CHECK(good.value() == 2);

    const auto bad = half_of(3);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code() == ErrorCode::invalid);
    CHECK(bad.error().message() == "3 is odd");
}

TEST_CASE("TRY gives the value or returns the error") {
    CHECK(quarter_of(8).value() == 2);
    CHECK(quarter_of(6).error().message() == "3 is odd");
    CHECK(quarter_of(5).error().message() == "5 is odd");
}

TEST_CASE("TRY_WITHIN puts the error in context and keeps its code") {
    CHECK(check_eighth(8));
    CHECK(check_eighth(4).error().message() == "eighth: 1 is odd");
    CHECK(check_eighth(6).error().message() == "quarter of 6: 3 is odd");
    CHECK(check_eighth(6).error().code() == ErrorCode::invalid);
}

TEST_CASE("a value that only moves passes through TRY") {
    const auto twice = [](int n) -> Result<std::unique_ptr<int>> {
        auto box = TRY(boxed(n));
        *box *= 2;
        return box;
    };
    CHECK(*twice(6).value() == 6);
    CHECK_FALSE(twice(5));
}

TEST_CASE("an error from errno says what the system said") {
    errno = ENOENT;
    const Error error = error_from_errno(ErrorCode::not_found, "open /x");
    CHECK(error.message() == "open /x: No such file or directory");
    CHECK(error.code() == ErrorCode::not_found);
}

TEST_CASE("every code has its name") {
    CHECK(to_text(ErrorCode::invalid) == "invalid");
    CHECK(to_text(ErrorCode::internal) == "internal");
}

}  // namespace tomograph
