#pragma once

#include <string>
#include <variant>

#include "query/filter/ast.h"
#include "query/filter/meaning.h"

namespace tomograph::filter {

/// What a comparison asks of a value.
struct ValueTest {
    Test test;                ///< for `!=` that of `=`
    bool is_negated = false;  ///< no value may pass it, and there must be one
    IsSet is_set{};           ///< …of this kind
};

struct TestFault {
    Position at;
    std::string reason;
};

/// Not of a bare annotation. The fault says which operator or value does not go with the keyword.
std::variant<ValueTest, TestFault> test_of(const Comparison& comparison, const Meaning& meaning);

}  // namespace tomograph::filter
