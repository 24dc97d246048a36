#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace tomograph::promql {

struct Token {
    enum class Kind : unsigned char {
        end,
        word,      ///< of letters, digits, `_` and `:`; no digit first
        text,      ///< in quotes; `text` is what they hold
        number,    ///< `number` is its value
        duration,  ///< `5m`, `1h30m`; `number` is its seconds
        sign,
    };
    Kind kind = Kind::end;
    std::string_view raw;  ///< as it stands in the expression
    std::size_t at = 0;    ///< byte offset
    std::string text{};
    double number = 0;
};

/// Cuts an expression into tokens, one ahead. Borrows the text.
class Lexer {
 public:
    explicit Lexer(std::string_view text) : text_(text) {}

    /// Reads on. The first call finds the first token.
    Result<void> advance();
    const Token& ahead() const { return token_; }
    /// The first byte behind the token ahead that is no space; 0 at the end.
    char next_byte() const;

    /// "column 17: reason", of a byte offset.
    static Error error_at(std::size_t byte, std::string_view reason);

 private:
    Result<void> read_text(char quote);
    Result<void> read_escape(char quote);
    Result<void> read_number();
    Result<bool> read_duration();
    Result<void> read_sign();
    void finish(Token::Kind kind, std::size_t end);
    std::size_t skip_space(std::size_t at) const;

    std::string_view text_;
    std::size_t end_ = 0;  ///< of the token ahead
    Token token_;
};

/// `5m`, `1h30m`, `90s`, `100ms`: units y w d h m s ms, each once, the greater ones first.
///
/// errors  invalid  none of it, or more than a hundred years
Result<Duration> parse_duration(std::string_view text);

}  // namespace tomograph::promql
