#include "http/wire/http_message.hpp"

#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <ctime>

namespace notifier::http {
namespace {

/// The value of `Date`. Formatting it costs more than the rest of the header, so it is made once a second.
std::string_view date_now() {
  thread_local std::time_t formatted_for = 0;
  thread_local std::array<char, 32> text{};
  thread_local std::size_t length = 0;
  const std::time_t now = std::time(nullptr);
  if (now != formatted_for) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    length = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    formatted_for = now;
  }
  return {text.data(), length};
}

/// JSON ends its last line, so that a prompt or a log goes on below it.
bool lacks_line_end(const Response& response) {
  return response.content_type == Response{}.content_type && !response.body.ends_with('\n');
}

}  // namespace

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 207:
      return "Multi-Status";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

std::string to_bytes(const Response& response, const ResponseFraming& framing) {
  std::string bytes;
  const bool end_line = lacks_line_end(response);
  bytes.reserve(256 + response.body.size());
  bytes.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(reason_phrase(response.status));
  bytes.append("\r\nDate: ").append(date_now());
  bytes.append("\r\nContent-Type: ").append(response.content_type);
  bytes.append("\r\nContent-Length: ").append(std::to_string(response.body.size() + (end_line ? 1 : 0)));
  if (!response.allow.empty()) bytes.append("\r\nAllow: ").append(response.allow);
  if (!response.accept_encoding.empty()) bytes.append("\r\nAccept-Encoding: ").append(response.accept_encoding);
  if (!response.next_cursor.empty()) bytes.append("\r\nX-Next-Cursor: ").append(response.next_cursor);
  if (response.retry_after_seconds != 0) {
    bytes.append("\r\nRetry-After: ").append(std::to_string(response.retry_after_seconds));
  }
  if (framing.no_store) bytes.append("\r\nCache-Control: no-store");
  if (!framing.keep_alive) {
    bytes.append("\r\nConnection: close");
  } else if (framing.http_1_0) {
    bytes.append("\r\nConnection: keep-alive");
  }
  bytes.append("\r\n\r\n");
  if (framing.without_body) return bytes;
  bytes.append(response.body);
  if (end_line) bytes += '\n';
  return bytes;
}

std::string json_string(std::string_view text) {
  return boost::json::serialize(boost::json::string_view{text.data(), text.size()});
}

}  // namespace notifier::http
