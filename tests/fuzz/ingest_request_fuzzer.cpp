// The input is what a client sends over one connection. It is read three times, in different pieces.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/event_schema.hpp"
#include "fuzz/properties.hpp"
#include "http/wire/request_reader.hpp"

namespace notifier::http {
namespace {

struct ReadRequest {
  std::string method;
  std::string target;
  unsigned version = 0;
  bool keep_alive = false;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;

  bool operator==(const ReadRequest&) const = default;
};

/// What became of all bytes of a connection.
struct Outcome {
  std::vector<ReadRequest> requests;
  unsigned refused_with = 0;  ///< status; 0: nothing was refused
  std::string detail;
  std::size_t left = 0;  ///< bytes of a request that never became whole

  bool operator==(const Outcome&) const = default;
};

/// Hands out the input in pieces, as a socket does.
class Pieces {
 public:
  /// `sizes`: of the pieces, in turn.
  Pieces(std::string_view bytes, std::string_view sizes) : bytes_{bytes}, sizes_{sizes} {}

  bool put_next(boost::beast::flat_buffer& buffer) {
    if (bytes_.empty()) return false;
    const std::size_t wanted =
        sizes_.empty() ? bytes_.size() : 1U + static_cast<unsigned char>(sizes_[turn_++ % sizes_.size()]);
    const std::string_view piece = bytes_.substr(0, std::min(wanted, BodyReader::read_size));
    std::memcpy(buffer.prepare(piece.size()).data(), piece.data(), piece.size());
    buffer.commit(piece.size());
    bytes_.remove_prefix(piece.size());
    return true;
  }

 private:
  std::string_view bytes_;
  std::string_view sizes_;
  std::size_t turn_ = 0;
};

/// Reads with `read` until it is done. False when the bytes end before, or a request was refused.
template <typename Read>
bool read_all(Read read, boost::beast::flat_buffer& buffer, Pieces& pieces, Outcome& outcome) {
  for (;;) {
    const auto progress = read();
    if (!progress) {
      outcome.refused_with = progress.error().status;
      outcome.detail = progress.error().detail;
      return false;
    }
    if (*progress == ReadProgress::done) return true;
    if (pieces.put_next(buffer)) continue;
    outcome.left = buffer.size();
    return false;
  }
}

ReadRequest request_in(RequestParser& parser) {
  const auto& message = parser.get();
  ReadRequest request{.method = message.method_string(),
                      .target = message.target(),
                      .version = message.version(),
                      .keep_alive = parser.keep_alive(),
                      .fields = {},
                      .body = message.body()};
  for (const auto& field : message) request.fields.emplace_back(field.name_string(), field.value());
  return request;
}

Outcome read_connection(Pieces pieces) {
  Outcome outcome;
  boost::beast::flat_buffer buffer{BodyReader::max_buffer_size};
  for (bool open = true; open;) {
    RequestParser parser;
    HeaderReader header;
    const auto read_header = [&] { return header.read(buffer, parser); };
    if (!read_all(read_header, buffer, pieces, outcome)) break;
    if (!parser.is_done()) {
      BodyReader body{parser, notifier::max_event_bytes};
      const auto read_body = [&] { return body.read(buffer); };
      if (!read_all(read_body, buffer, pieces, outcome)) break;
    }
    outcome.requests.push_back(request_in(parser));
    open = outcome.requests.back().keep_alive;
  }
  return outcome;
}

std::size_t count(const ReadRequest& request, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(
      request.fields, [name](const auto& field) { return boost::beast::iequals(field.first, {name.data(), name.size()}); }));
}

void check_framing(const ReadRequest& request) {
  using fuzz::check;
  check(!request.method.empty() && !request.target.empty(), "a request has a method and a target");
  check(std::ranges::all_of(request.target, [](char c) { return c > 0x20 && c < 0x7F; }), "a target is printable ASCII");
  check(request.version == 10 || request.version == 11, "only HTTP/1.0 and 1.1 are served");
  check(request.body.size() <= max_event_bytes, "no body is larger than an event may be");
  check(request.body.empty() || count(request, "Content-Length") + count(request, "Transfer-Encoding") > 0,
        "only a request that announces a body has one");
  for (const auto& [name, value] : request.fields) {
    check(name.find_first_of("\r\n \t:") == std::string::npos, "a field's name is one word");
    check(value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos, "a field's value is one line");
  }
}

void check_outcome(const Outcome& outcome) {
  for (const ReadRequest& request : outcome.requests) {
    check_framing(request);
    const auto event = parse_ingested_event(request.body);
    if (event) fuzz::check_accepted(*event);
  }
  if (outcome.refused_with == 0) return;
  fuzz::check(outcome.refused_with >= 400 && outcome.refused_with < 500, "a client is refused for a fault of its own");
  fuzz::check_is_message(outcome.detail);
}

}  // namespace
}  // namespace notifier::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace notifier::http;
  using namespace std::string_view_literals;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto outcome = read_connection({bytes, {}});
  check_outcome(outcome);
  notifier::fuzz::check(read_connection({bytes, "\0"sv}) == outcome, "a request may come in single bytes");
  notifier::fuzz::check(read_connection({bytes, bytes}) == outcome, "a request may come in pieces of any size");
  return 0;
}
