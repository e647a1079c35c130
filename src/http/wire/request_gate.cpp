#include "http/wire/request_gate.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>

namespace notifier::http {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view never_in_a_host = ",/\\@?#\"<>";

Refusal malformed(const char* detail) { return {.status = 400, .detail = detail}; }

/// Which bytes a token is made of (RFC 9110 section 5.6.2).
constexpr auto token_characters = [] {
  std::array<bool, 256> is_one{};
  for (const char c : std::string_view{"!#$%&'*+-.^_`|~0123456789"}) is_one[static_cast<unsigned char>(c)] = true;
  for (unsigned letter = 'a'; letter <= 'z'; ++letter) is_one[letter] = is_one[letter - 'a' + 'A'] = true;
  return is_one;
}();

bool is_token_character(char c) { return token_characters[static_cast<unsigned char>(c)]; }

bool is_token(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_token_character); }

bool is_visible_ascii(char c) { return c > 0x20 && c < 0x7F; }

bool is_control_character(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_length(std::string_view value) {
  return !value.empty() && value.size() <= 10 && std::ranges::all_of(value, is_digit);
}

bool is_host(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return is_visible_ascii(c) && !never_in_a_host.contains(c); });
}

bool has_host(std::string_view authority) { return !authority.empty() && !authority.starts_with(':') && is_host(authority); }

/// Whether a target has one of the forms of RFC 9112 section 3.2: a path; a URL, as sent to proxies; or what OPTIONS and
/// CONNECT take, `*` and an authority, which no route answers.
bool is_target(std::string_view target) {
  if (!std::ranges::all_of(target, is_visible_ascii) || target.contains('#')) return false;
  if (target.starts_with('/') || target == "*") return true;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!boost::beast::iequals(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    return has_host(target.substr(0, target.find_first_of("/?")));
  }
  return !target.contains('/') && !target.contains('?') && has_host(target);
}

std::string_view trimmed(std::string_view value) {
  const std::size_t first = value.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return value.substr(first, value.find_last_not_of(" \t") - first + 1);
}

/// Takes the first line, without its CRLF, off `text`.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find(line_end);
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + line_end.size());
  return line;
}

/// What decides where the body ends and whom the request is for.
struct FramingFields {
  unsigned hosts = 0;
  unsigned content_lengths = 0;
  unsigned transfer_encodings = 0;
};

std::optional<Refusal> refuse_request_line(std::string_view line, bool& http_1_0) {
  if (line.starts_with("PROXY ") && !line.contains(" HTTP/")) return malformed(proxy_protocol_refusal);
  const std::size_t first_space = line.find(' ');
  const std::size_t last_space = line.rfind(' ');
  if (first_space == last_space) return malformed("the request line is malformed");
  const std::string_view method = line.substr(0, first_space);
  const std::string_view target = line.substr(first_space + 1, last_space - first_space - 1);
  const std::string_view version = line.substr(last_space + 1);
  if (!is_token(method)) return malformed("the request line is malformed");
  if (!is_target(target)) return malformed("the target of the request is neither a path nor an http URL");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return malformed("the HTTP version is not supported");
  http_1_0 = version == "HTTP/1.0";
  return std::nullopt;
}

std::optional<Refusal> refuse_field(std::string_view line, FramingFields& framing) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name)) return malformed("a header line is malformed");
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (std::ranges::any_of(value, is_control_character)) return malformed("a header value has a control character");
  if (boost::beast::iequals(name, "host")) {
    ++framing.hosts;
    if (!is_host(value)) return malformed("the Host header is malformed");
  } else if (boost::beast::iequals(name, "content-length")) {
    ++framing.content_lengths;
    if (!is_length(value)) return malformed("the Content-Length header is malformed");
  } else if (boost::beast::iequals(name, "transfer-encoding")) {
    ++framing.transfer_encodings;
    if (!boost::beast::iequals(value, "chunked")) return malformed("the only Transfer-Encoding understood is chunked");
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_framing(const FramingFields& framing, bool http_1_0) {
  if (framing.hosts > 1 || (framing.hosts == 0 && !http_1_0)) return malformed("there must be exactly one Host header");
  if (framing.content_lengths > 1) return malformed("there is more than one Content-Length header");
  if (framing.transfer_encodings > 1) return malformed("there is more than one Transfer-Encoding header");
  if (framing.transfer_encodings == 1 && http_1_0) return malformed("HTTP/1.0 has no Transfer-Encoding");
  if (framing.transfer_encodings == 1 && framing.content_lengths == 1) {
    return malformed("Content-Length and Transfer-Encoding exclude each other");
  }
  return std::nullopt;
}

}  // namespace

HeaderEnd find_header_end(std::string_view bytes, std::size_t checked) {
  for (std::size_t at = bytes.find('\n', checked); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    const std::string_view before = bytes.substr(0, at + 1);
    if (!before.ends_with(line_end)) return {.state = HeaderEnd::State::malformed};
    if (before.ends_with("\r\n\r\n")) return {.state = HeaderEnd::State::found, .size = before.size()};
  }
  return {.state = HeaderEnd::State::not_yet};
}

std::optional<Refusal> refuse_header(std::string_view header) {
  bool http_1_0 = false;
  if (auto refusal = refuse_request_line(take_line(header), http_1_0)) return refusal;
  FramingFields framing;
  std::size_t fields = 0;
  for (std::string_view line = take_line(header); !line.empty(); line = take_line(header)) {
    if (++fields > max_header_fields) return Refusal{.status = 431, .detail = "there are too many header fields"};
    if (auto refusal = refuse_field(line, framing)) return refusal;
  }
  return refuse_framing(framing, http_1_0);
}

}  // namespace notifier::http
