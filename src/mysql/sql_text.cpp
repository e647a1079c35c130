#include "mysql/sql_text.hpp"

namespace notifier::mysql {

SqlText& SqlText::sql(std::string_view words) {
  text_ += words;
  return *this;
}

SqlText& SqlText::value(std::string_view text) {
  text_ += '\'';
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
