#include "storage/mysql/sql_text.hpp"

namespace notifier::mysql {
namespace {

/// Whether the text needs no escaping between single quotes: it is printable ASCII without quote or backslash. (The library
/// escapes double quotes too, which is not necessary there.) Nearly all text is like that, and the library is slow: it looks
/// at one character at a time.
bool needs_no_escaping(std::string_view text) {
  unsigned char other = 0;
  // No early exit, and only bytes, so that the compiler can vectorize the loop.
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
  if (needs_no_escaping(text)) {
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
