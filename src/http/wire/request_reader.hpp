#pragma once

#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string_type.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory_resource>

#include "http/wire/error_response.hpp"

namespace notifier::http {

/// Takes the memory for the header's fields from the resource that it is made with.
using RequestParser =
    boost::beast::http::request_parser<boost::beast::http::string_body, std::pmr::polymorphic_allocator<char>>;

enum class ReadProgress { done, needs_more };

/// Reads the header of one request while its bytes arrive. It passes the strict gate before it is parsed. What becomes of a
/// request does not depend on the pieces that it arrives in.
class HeaderReader {
 public:
  /// `arrived`: all that has arrived and was not read yet. When done, the header is taken off it and is in `parser`.
  [[nodiscard]] std::expected<ReadProgress, Refusal> read(boost::beast::flat_buffer& arrived, RequestParser& parser);

 private:
  std::size_t checked_ = 0;
  bool skipped_empty_line_ = false;
};

/// Reads the body that a header announced, likewise. Refers to the parser, and the parser to it while it reads.
class BodyReader {
 public:
  static constexpr std::size_t read_size = 64 * 1024;
  static constexpr std::size_t max_buffer_size = 2 * read_size;

  BodyReader(RequestParser& parser, std::size_t max_bytes);
  BodyReader(const BodyReader&) = delete;
  BodyReader& operator=(const BodyReader&) = delete;

  /// Takes off `arrived` what it parses. When more is needed, there is room for `read_size` bytes.
  [[nodiscard]] std::expected<ReadProgress, Refusal> read(boost::beast::flat_buffer& arrived);

 private:
  static void check_chunk_extensions(std::uint64_t size, boost::beast::string_view extensions,
                                     boost::beast::error_code& error);

  RequestParser& parser_;
  const std::size_t max_bytes_;
  void (*on_chunk_header_)(std::uint64_t, boost::beast::string_view, boost::beast::error_code&) = check_chunk_extensions;
  std::size_t raw_bytes_ = 0;
};

}  // namespace notifier::http
