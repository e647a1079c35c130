#include "domain/utf8.hpp"

namespace notifier {

char32_t take_code_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  constexpr unsigned char payload_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t code_point = first & payload_bits[length];
  for (std::size_t i = 1; i < length; ++i) code_point = (code_point << 6) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(length);
  return code_point;
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
