#include "senders/mail/mime_text.hpp"

#include <algorithm>
#include <array>
#include <boost/locale/utf.hpp>
#include <cstddef>
#include <utility>

#include "base/base64.hpp"
#include "base/utf8.hpp"

namespace notifier {
namespace {

namespace utf = boost::locale::utf;

constexpr std::size_t longest_header_line = 78;
constexpr std::size_t longest_plain_word = 60;  // has room beside any field's name
constexpr std::size_t longest_body_line = 76;
constexpr std::size_t longest_text = 255;  // in code points

void append_utf8(std::string& text, utf::code_point code_point) {
  std::array<char, utf::utf_traits<char>::max_width> bytes{};
  char* const end = utf::utf_traits<char>::encode(code_point, bytes.data());
  text.append(bytes.data(), end);
}

/// Takes whole code points off `text`, as many as have room in `bytes`.
std::string_view take_chunk(std::string_view& text, std::size_t bytes) {
  std::size_t length = std::min(bytes, text.size());
  while (length > 0 && length < text.size() && utf::utf_traits<char>::is_trail(text[length])) --length;
  const std::string_view chunk = text.substr(0, length);
  text.remove_prefix(length);
  return chunk;
}

std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

/// Takes a line and its end off `text`.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(crlf), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end);
  text.remove_prefix(text.starts_with(crlf) ? crlf.size() : std::min<std::size_t>(text.size(), 1));
  return line;
}

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

/// Whether a reader takes the text for what it is, unencoded.
bool is_plain(std::string_view text) {
  if (!is_printable_ascii(text) || text.contains("=?")) return false;
  while (!text.empty()) {
    if (take_word(text).size() > longest_plain_word) return false;
  }
  return true;
}

std::string escaped(char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  return {'=', digits[byte >> 4U], digits[byte & 0xFU]};
}

void append_quoted_printable_line(std::string& body, std::string_view line) {
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool last = i + 1 == line.size();
    const bool stands_for_itself = (c > ' ' && c <= '~' && c != '=') || ((c == ' ' || c == '\t') && !last);
    const std::string piece = stands_for_itself ? std::string{c} : escaped(c);
    const std::size_t room = last ? longest_body_line : longest_body_line - 1;  // for the = of a soft line break
    if (column + piece.size() > room) {
      body.append("=").append(crlf);
      column = 0;
    }
    body += piece;
    column += piece.size();
  }
  body += crlf;
}

std::string quoted_printable(std::string_view text) {
  std::string body;
  while (!text.empty()) append_quoted_printable_line(body, take_line(text));
  return body;
}

std::string base64_lines(std::string_view text) {
  std::string canonical;
  while (!text.empty()) canonical.append(take_line(text)).append(crlf);
  const std::string encoded = base64(canonical);
  std::string body;
  for (std::string_view left = encoded; !left.empty(); left.remove_prefix(std::min(longest_body_line, left.size()))) {
    body.append(left.substr(0, longest_body_line)).append(crlf);
  }
  return body;
}

}  // namespace

bool is_control(std::uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0) || code_point == 0x2028 || code_point == 0x2029;
}

std::string one_line(std::string_view text) {
  constexpr utf::code_point replacement = 0xFFFD;
  constexpr utf::code_point ellipsis = 0x2026;
  std::string line;
  std::size_t length = 0;
  bool space = false;
  while (!text.empty()) {
    const char32_t code_point = take_code_point(text).value_or(replacement);
    if (code_point == U' ' || is_control(code_point)) {
      space = !line.empty();
      continue;
    }
    if (length + (space ? 1 : 0) >= longest_text) {
      append_utf8(line, ellipsis);
      break;
    }
    if (space) line += ' ';
    append_utf8(line, code_point);
    length += space ? 2 : 1;
    space = false;
  }
  return line;
}

HeaderField::HeaderField(std::string_view name) : text_{name}, column_{name.size() + 1} { text_ += ':'; }

void HeaderField::add(std::string_view word) {
  const bool first = !text_.contains(' ');
  if (!first && column_ + 1 + word.size() > longest_header_line) {
    text_ += crlf;
    column_ = 0;
  }
  text_.append(" ").append(word);
  column_ += 1 + word.size();
}

void HeaderField::add_text(std::string_view text) {
  if (!is_plain(text)) return add_encoded(text);
  while (!text.empty()) add(take_word(text));
}

void HeaderField::add_phrase(std::string_view text) {
  if (!is_printable_ascii(text) || text.contains("=?") || text.size() > longest_plain_word) return add_encoded(text);
  std::string quoted{"\""};
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  add(quoted + '"');
}

void HeaderField::add_encoded(std::string_view text) {
  constexpr std::size_t bytes_a_word = 39;  // 64 characters when encoded: has room beside any field's name
  while (!text.empty()) add("=?UTF-8?B?" + base64(take_chunk(text, bytes_a_word)) + "?=");
}

std::string mime_part(std::string_view type, std::string_view text) {
  std::string body = quoted_printable(text);
  std::string_view encoding = "quoted-printable";
  if (body.size() > text.size() / 3 * 4) {
    if (std::string other = base64_lines(text); other.size() < body.size()) {
      body = std::move(other);
      encoding = "base64";
    }
  }
  std::string part{"Content-Type: "};
  part.append(type).append("; charset=utf-8").append(crlf);
  part.append("Content-Transfer-Encoding: ").append(encoding).append(crlf);
  part += crlf;
  return std::move(part) + std::move(body);  // in the memory of the body, which may be large
}

}  // namespace notifier
