#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace notifier {

/// What ends a line of a mail (RFC 5322, section 2.1).
inline constexpr std::string_view crlf = "\r\n";

/// Whether a code point is a control of ASCII or Latin-1, or ends a line or a paragraph.
[[nodiscard]] bool is_control(std::uint32_t code_point);

/// A text for a header: controls and runs of white space are one space each, none at the ends; what is no UTF-8 is U+FFFD;
/// after 255 code points it is cut, with an ellipsis.
[[nodiscard]] std::string one_line(std::string_view text);

/// A header field whose lines are no longer than 78 characters as long as no word is, with CRLF at the end.
class HeaderField {
 public:
  explicit HeaderField(std::string_view name);

  /// Appends a space and the word, on a line of its own if it has no room. `word` has no line ends.
  void add(std::string_view word);

  /// Appends a text of `one_line`: its words, or, if it is not plain ASCII, encoded words (RFC 2047).
  void add_text(std::string_view text);

  /// Appends a text of `one_line` as the name of a mailbox: in quotation marks or in encoded words.
  void add_phrase(std::string_view text);

  [[nodiscard]] std::string text() const { return std::string{text_}.append(crlf); }

 private:
  void add_encoded(std::string_view text);

  std::string text_;
  std::size_t column_;
};

/// A MIME part's own headers and body: UTF-8, quoted-printable or base64, whichever is shorter, with lines of at most 76
/// characters. `type` is its media type. Each line end of `text` (LF, CR, CRLF) is a line end of the body.
[[nodiscard]] std::string mime_part(std::string_view type, std::string_view text);

}  // namespace notifier
