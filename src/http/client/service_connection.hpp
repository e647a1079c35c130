#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "http/client/answer.hpp"
#include "http/client/service_url.hpp"

namespace notifier::client {

/// Why there is no answer.
struct NoAnswer {
  std::string reason;
  bool lasting = false;  ///< trying again does not help: the service's certificate is not trusted
};

/// Trusts the authorities in `ca_file` (PEM), or the system's if it is empty. The error is a sentence.
[[nodiscard]] std::expected<boost::asio::ssl::context, std::string> make_tls_context(const std::filesystem::path& ca_file);

/// One connection to the service, kept open between requests and made anew when it is lost. Use by one coroutine at a time.
/// `url` and `tls` outlive it.
class ServiceConnection {
 public:
  ServiceConnection(boost::asio::any_io_executor executor, const ServiceUrl& url, boost::asio::ssl::context& tls);

  /// Sends `request`, the bytes of an HTTP/1.1 message, and reads its answer; connects first if need be. Tries once, for at
  /// most 40 s plus what the resolver takes. Without an answer it is not known whether the service has taken the request.
  [[nodiscard]] boost::asio::awaitable<std::expected<Answer, NoAnswer>> exchange(std::string_view request);

 private:
  using PlainStream = boost::beast::tcp_stream;
  using TlsStream = boost::asio::ssl::stream<boost::beast::tcp_stream>;

  [[nodiscard]] boost::asio::awaitable<std::expected<void, NoAnswer>> open();
  [[nodiscard]] boost::asio::awaitable<std::expected<void, NoAnswer>> shake_hands(TlsStream& stream);

  template <typename Stream>
  [[nodiscard]] boost::asio::awaitable<std::expected<Answer, NoAnswer>> exchange_over(Stream& stream,
                                                                                      std::string_view request);

  [[nodiscard]] std::string address() const { return url_.host + " port " + url_.port; }

  boost::asio::any_io_executor executor_;
  const ServiceUrl& url_;
  boost::asio::ssl::context& tls_;
  std::variant<std::monostate, PlainStream, TlsStream> stream_;  ///< nothing: not connected
  boost::beast::flat_buffer buffer_;
};

}  // namespace notifier::client
