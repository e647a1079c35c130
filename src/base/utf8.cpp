#include "base/utf8.hpp"

#include <boost/locale/utf.hpp>

namespace notifier {

std::optional<char32_t> take_code_point(std::string_view& text) {
  namespace utf = boost::locale::utf;
  const char* at = text.data();
  const utf::code_point code_point = utf::utf_traits<char>::decode(at, at + text.size());
  const bool valid = utf::is_valid_codepoint(code_point);
  text.remove_prefix(valid ? static_cast<std::size_t>(at - text.data()) : 1);
  return valid ? std::optional{static_cast<char32_t>(code_point)} : std::nullopt;
}

std::string valid_utf8(std::string_view text, std::size_t max_bytes) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::string valid;
  while (!text.empty()) {
    const std::string_view before = text;
    const bool is_valid = take_code_point(text).has_value();
    const std::string_view next = is_valid ? before.substr(0, before.size() - text.size()) : replacement;
    if (valid.size() + next.size() > max_bytes) break;
    valid += next;
  }
  return valid;
}

std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool begins_code_point = (byte & 0xC0U) != 0x80U;
    const bool needs_surrogate_pair = byte >= 0xF0;
    units += static_cast<std::size_t>(begins_code_point) + static_cast<std::size_t>(needs_surrogate_pair);
  }
  return units;
}

}  // namespace notifier
