#include "support/http_request.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

namespace notifier::testing {

namespace http = boost::beast::http;

HttpAnswer http_request(std::uint16_t port, const std::string& method, const std::string& target, const std::string& body,
                        const std::map<std::string, std::string>& headers) {
  boost::asio::io_context context;
  boost::beast::tcp_stream stream{context};
  stream.connect(boost::asio::ip::tcp::endpoint{boost::asio::ip::address_v4::loopback(), port});
  http::request<http::string_body> request;
  request.version(11);
  request.method_string(method);
  request.target(target);
  request.set(http::field::host, "localhost");
  for (const auto& [name, value] : headers) request.set(name, value);
  request.body() = body;
  request.prepare_payload();
  http::write(stream, request);

  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(64 * 1024 * 1024);
  boost::system::error_code failure = boost::asio::error::would_block;
  stream.expires_after(std::chrono::seconds{30});
  http::async_read(stream, buffer, parser, [&failure](boost::system::error_code error, std::size_t) { failure = error; });
  context.run();
  if (failure) throw boost::system::system_error{failure, method + " " + target};
  return {.status = parser.get().result_int(), .body = parser.get().body()};
}

}  // namespace notifier::testing
