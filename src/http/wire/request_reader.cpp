#include "http/wire/request_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "http/wire/request_gate.hpp"

namespace notifier::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

// Chunks have sizes, line ends and extensions around them. A client that writes in small chunks needs some room for these,
// and one that sends almost nothing else is abusive.
constexpr std::size_t bytes_received_for_one = 2;
// How its version 2 begins, behind an empty line.
constexpr std::string_view proxy_protocol_2{"\r\n\0\r\nQUIT\n", 10};

std::unexpected<Refusal> refused(unsigned status, std::string detail) {
  return std::unexpected{Refusal{.status = status, .detail = std::move(detail)}};
}

std::unexpected<Refusal> too_large(std::size_t max_bytes) {
  return refused(413, "the body is larger than " + std::to_string(max_bytes / 1024) + " KiB");
}

std::string_view as_text(const beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

/// Whether a chunk's header, which Beast takes for unfinished, has its line end already: within a quoted value, where there
/// may be none (RFC 9112 section 7.1.1). The last chunk's is unfinished until its trailer is whole.
bool has_line_end_in_chunk_header(std::string_view unread) {
  if (unread.starts_with("\r\n")) unread.remove_prefix(2);
  const std::string_view size = unread.substr(0, unread.find_first_not_of("0123456789abcdefABCDEF"));
  const bool is_last = size.find_first_not_of('0') == std::string_view::npos;
  return !is_last && unread.contains("\r\n");
}

/// Parses what the strict gate let through.
bool parse_header(RequestParser& parser, std::string_view header) {
  parser.header_limit(2 * max_header_bytes);
  parser.body_limit(boost::none);
  while (!header.empty() && !parser.is_header_done()) {
    beast::error_code error;
    header.remove_prefix(parser.put(asio::buffer(header), error));
    if (error) return false;
  }
  return parser.is_header_done() && header.empty();
}

}  // namespace

std::expected<ReadProgress, Refusal> HeaderReader::read(beast::flat_buffer& arrived, RequestParser& parser) {
  // RFC 9112 section 2.2 asks for patience with an empty line before the request.
  if (!skipped_empty_line_ && as_text(arrived).starts_with("\r\n")) {
    arrived.consume(2);
    skipped_empty_line_ = true;
    checked_ = 0;
  }
  const HeaderEnd end = find_header_end(as_text(arrived), checked_);
  checked_ = arrived.size();
  if (end.state == HeaderEnd::State::not_yet && checked_ <= max_header_bytes) return ReadProgress::needs_more;

  if (end.state == HeaderEnd::State::malformed) {
    const bool is_proxy_protocol = as_text(arrived).starts_with(proxy_protocol_2);
    return refused(400, is_proxy_protocol ? proxy_protocol_refusal : "a header line does not end in CRLF");
  }
  if (end.state == HeaderEnd::State::not_yet || end.size > max_header_bytes) {
    return refused(431, "the header is larger than 16 KiB");
  }
  const std::string_view header = as_text(arrived).substr(0, end.size);
  if (auto refusal = refuse_header(header)) return std::unexpected{std::move(*refusal)};
  if (!parse_header(parser, header)) return refused(400, "the header is malformed");
  arrived.consume(end.size);
  return ReadProgress::done;
}

BodyReader::BodyReader(RequestParser& parser, std::size_t max_bytes) : parser_{parser}, max_bytes_{max_bytes} {
  parser_.body_limit(max_bytes_);
  parser_.on_chunk_header(on_chunk_header_);
}

std::expected<ReadProgress, Refusal> BodyReader::read(beast::flat_buffer& arrived) {
  if (parser_.content_length().value_or(0) > max_bytes_) return too_large(max_bytes_);
  while (!parser_.is_done()) {
    beast::error_code error = beast::http::error::need_more;
    if (arrived.size() > 0) {
      const std::size_t used = parser_.put(arrived.data(), error);
      arrived.consume(used);
      raw_bytes_ += used;
    }
    if (error == beast::http::error::body_limit || raw_bytes_ > bytes_received_for_one * max_bytes_) {
      return too_large(max_bytes_);
    }
    if (!error) continue;
    if (error != beast::http::error::need_more || arrived.size() + read_size > arrived.max_size() ||
        (parser_.chunked() && has_line_end_in_chunk_header(as_text(arrived)))) {
      return refused(400, "the chunks of the body are malformed");
    }
    return ReadProgress::needs_more;
  }
  return ReadProgress::done;
}

/// Refuses what a chunk's extensions may hide a line end in.
void BodyReader::check_chunk_extensions(std::uint64_t /*size*/, beast::string_view extensions, beast::error_code& error) {
  for (const char c : extensions) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t') error = beast::http::error::bad_chunk_extension;
  }
}

}  // namespace notifier::http
