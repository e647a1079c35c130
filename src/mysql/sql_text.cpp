#include "mysql/sql_text.hpp"

namespace notifier::mysql {
namespace {

/// Whether the text means itself between single quotes: ASCII with none of the characters that mysql_real_escape_string
/// changes but the double quote, which means nothing there. Nearly all text is such, and the library reads character by
/// character.
bool is_literal(std::string_view text) {
  unsigned char other = 0;
  // Without a way out, and in bytes: so the compiler does it for many characters at once.
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    other |= static_cast<unsigned char>(byte < ' ') | static_cast<unsigned char>(byte > '~') |
             static_cast<unsigned char>(byte == '\'') | static_cast<unsigned char>(byte == '\\');
  }
  return other == 0;
}

}  // namespace

SqlText& SqlText::sql(std::string_view words) {
  text_ += words;
  return *this;
}

SqlText& SqlText::value(std::string_view text) {
  text_ += '\'';
  if (is_literal(text)) {
    text_ += text;
    text_ += '\'';
    return *this;
  }
  const std::size_t begin = text_.size();
  text_.resize(begin + 2 * text.size() + 1);
  const unsigned long length = mysql_real_escape_string(handle_, text_.data() + begin, text.data(), text.size());
  text_.resize(begin + length);
  text_ += '\'';
  return *this;
}

SqlText& SqlText::value(std::span<const std::byte> bytes) {
  text_ += "X'";
  const std::size_t begin = text_.size();
  text_.resize(begin + 2 * bytes.size() + 1);
  mysql_hex_string(text_.data() + begin, reinterpret_cast<const char*>(bytes.data()), bytes.size());
  text_.resize(begin + 2 * bytes.size());
  text_ += '\'';
  return *this;
}

SqlText& SqlText::value(std::uint64_t number) {
  text_ += std::to_string(number);
  return *this;
}

}  // namespace notifier::mysql
