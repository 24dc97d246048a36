#pragma once

#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/result.h"

namespace tomograph::filter {

struct Token {
    enum class Kind : unsigned char {
        end,
        word,    ///< letters, digits, `_` and `.`; no digit first
        text,    ///< in quotes; `text` is what they hold
        number,  ///< `number` is its value
        json,    ///< `#` and what follows; `raw` begins behind the `#`
        sign,    ///< ( ) { } [ ] , : ! = != < <= > >= && ||; `==` is `=`
    };
    Kind kind = Kind::end;
    std::string_view raw;  ///< as it stands in the expression
    std::size_t at = 0;    ///< byte offset
    std::string text{};
    Decimal number{};
};

/// Cuts an expression into tokens, one ahead. Borrows the text.
class Lexer {
 public:
    /// what  "filter": how errors call the text
    Lexer(std::string_view text, std::string_view what) : text_(text), what_(what) {}

    /// Reads on: the token ahead becomes the one behind it. The first call finds the first.
    Result<void> advance();
    const Token& ahead() const { return token_; }

    /// The byte behind the token ahead; 0 at the end.
    char next_byte() const { return end_ < text_.size() ? text_[end_] : '\0'; }
    /// Takes a key that stands bare in brackets, `a-b.c` of `[a-b.c]`, when the token ahead is the
    /// opening bracket; what is ahead then is the closing one. Empty: there is no bare key.
    Result<std::string> take_bare_key();

    /// "Invalid filter expression at position N: reason", of the character at that byte.
    Error error_at(std::size_t byte, std::string_view reason) const;
    std::string_view text() const { return text_; }

 private:
    Result<void> read_text(char quote);
    Result<void> read_escape(std::size_t at);
    Result<void> read_number();
    Result<void> read_json();
    Result<void> read_sign();
    Result<char32_t> read_hex(std::size_t at) const;
    void finish(Token::Kind kind, std::size_t end);

    std::string_view text_;
    std::string_view what_;
    std::size_t end_ = 0;  ///< of the token ahead
    Token token_;
};

}  // namespace tomograph::filter
