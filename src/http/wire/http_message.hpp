#pragma once

#include <string>
#include <string_view>

namespace notifier::http {

/// A field that clients may send only once, as far as the routes care.
struct SingleField {
  std::string_view value;  ///< of the first one, without the spaces around it
  unsigned count = 0;      ///< how often the request has it

  [[nodiscard]] bool present_once() const { return count == 1; }
};

/// What a handler sees of a request. The views are valid until the handler returns.
struct Request {
  std::string_view segment;   ///< the `{…}` of the path as sent; empty on routes without one
  std::string_view key_name;  ///< of the client's API key; empty on routes without one
  std::string_view client;    ///< whose key that is, for `Idempotency-Key`s; likewise
  std::string_view query;     ///< of the target as sent, without the `?`; empty when there is none
  SingleField content_type;
  SingleField idempotency_key;
  SingleField traceparent;
  std::string body;
};

/// An answer.
struct Response {
  unsigned status = 200;
  std::string body;
  std::string_view content_type = "application/json";  ///< static text
  std::string next_cursor{};                           ///< the `X-Next-Cursor` of an export; empty: none
  std::string_view allow{};                            ///< the `Allow` of a 405; static text
  std::string_view accept_encoding{};                  ///< the `Accept-Encoding` of a 415; static text
  unsigned retry_after_seconds = 0;                    ///< 0: no `Retry-After`
};

/// How an answer goes out on a particular connection.
struct ResponseFraming {
  bool http_1_0 = false;
  bool keep_alive = true;
  bool no_store = false;      ///< it may hold personal data: no cache keeps it
  bool without_body = false;  ///< to a HEAD: `Content-Length` is that of the body which is left out
};

/// RFC 9110's name of a status.
[[nodiscard]] std::string_view reason_phrase(unsigned status);

/// The bytes of an answer, headers and body in one piece. The body of JSON ends with a line end, which is added.
[[nodiscard]] std::string to_bytes(const Response& response, const ResponseFraming& framing);

/// `text` as a JSON string, quotes included.
[[nodiscard]] std::string json_string(std::string_view text);

/// A JSON array of what `to_json` makes of each.
template <typename Range>
[[nodiscard]] std::string json_array(const Range& items) {
  std::string json = "[";
  for (const auto& item : items) {
    if (json.size() > 1) json += ',';
    json += to_json(item);
  }
  return json + ']';
}

}  // namespace notifier::http
