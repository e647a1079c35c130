#include "base/text_file.hpp"

namespace notifier {
namespace {

using namespace std::string_view_literals;

/// Of text that is neither, nothing. Most text begins with an ASCII character, which has zeros beside it in both.
std::string_view wide_encoding(std::string_view bytes) {
  const std::string_view four = bytes.substr(0, 4);
  if (four == "\xFF\xFE\0\0"sv || four == "\0\0\xFE\xFF"sv) return "UTF-32";
  if (four.starts_with("\xFF\xFE"sv) || four.starts_with("\xFE\xFF"sv)) return "UTF-16";
  if (four.size() == 4 && (four.ends_with("\0\0\0"sv) || four.starts_with("\0\0\0"sv))) return "UTF-32";
  if (four.size() >= 2 && (four[0] == '\0') != (four[1] == '\0')) return "UTF-16";
  return {};
}

}  // namespace

std::expected<std::string_view, std::string> text_of_file(std::string_view bytes) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (const std::string_view encoding = wide_encoding(bytes); !encoding.empty()) {
    return std::unexpected{"is " + std::string{encoding} + ": save it as UTF-8"};
  }
  if (bytes.starts_with(byte_order_mark)) bytes.remove_prefix(byte_order_mark.size());
  return bytes;
}

}  // namespace notifier
