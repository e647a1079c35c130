#include "http/client/service_connection.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <utility>

#include "http/client/connect_race.hpp"

namespace notifier::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::seconds connect_timeout{10};
constexpr std::chrono::seconds exchange_timeout{30};
constexpr std::size_t max_header_bytes = 16 * 1024;
constexpr std::size_t max_body_bytes = 64 * 1024;

auto into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

NoAnswer no_answer(std::string what, const error_code& error) {
  const std::string why = error == beast::error::timeout ? "it takes too long" : error.message();
  return {.reason = std::move(what) + ": " + why};
}

}  // namespace

std::expected<asio::ssl::context, std::string> make_tls_context(const std::filesystem::path& ca_file) {
  asio::ssl::context context{asio::ssl::context::tls_client};
  ::SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  error_code error;
  context.set_verify_mode(asio::ssl::verify_peer, error);
  if (ca_file.empty()) {
    context.set_default_verify_paths(error);
  } else {
    context.load_verify_file(ca_file.string(), error);
  }
  if (error) {
    return std::unexpected{"the authorities in '" + ca_file.string() + "' cannot be read (" + error.message() +
                           "): give a PEM file."};
  }
  return context;
}

ServiceConnection::ServiceConnection(asio::any_io_executor executor, const ServiceUrl& url, asio::ssl::context& tls)
    : executor_{std::move(executor)}, url_{url}, tls_{tls} {}

asio::awaitable<std::expected<Answer, NoAnswer>> ServiceConnection::exchange(std::string_view request) {
  if (std::holds_alternative<std::monostate>(stream_)) {
    auto opened = co_await open();
    if (!opened) {
      stream_.emplace<std::monostate>();
      co_return std::unexpected{std::move(opened.error())};
    }
  }
  if (auto* tls = std::get_if<TlsStream>(&stream_)) co_return co_await exchange_over(*tls, request);
  co_return co_await exchange_over(std::get<PlainStream>(stream_), request);
}

asio::awaitable<std::expected<void, NoAnswer>> ServiceConnection::open() {
  error_code error;
  asio::ip::tcp::resolver resolver{executor_};
  const auto endpoints = co_await resolver.async_resolve(url_.host, url_.port, into(error));
  if (error) co_return std::unexpected{no_answer("the name " + url_.host + " cannot be resolved", error)};

  auto connected = co_await connect_to_first(endpoints, connect_timeout);
  if (!connected) co_return std::unexpected{no_answer("cannot connect to " + address(), connected.error())};
  TlsStream* tls = url_.tls ? &stream_.emplace<TlsStream>(std::move(*connected), tls_) : nullptr;
  PlainStream& tcp = tls != nullptr ? tls->next_layer() : stream_.emplace<PlainStream>(std::move(*connected));
  tcp.expires_after(connect_timeout);
  tcp.socket().set_option(asio::ip::tcp::no_delay{true}, error);
  buffer_.clear();
  if (tls != nullptr) co_return co_await shake_hands(*tls);
  co_return std::expected<void, NoAnswer>{};
}

asio::awaitable<std::expected<void, NoAnswer>> ServiceConnection::shake_hands(TlsStream& stream) {
  error_code error;
  asio::ip::make_address(url_.host, error);
  const bool is_name = error.failed();
  if (is_name) SSL_set_tlsext_host_name(stream.native_handle(), url_.host.c_str());
  // By RFC 9525 names and addresses count where they belong, in the alternative names.
  X509_VERIFY_PARAM* const expected = ::SSL_get0_param(stream.native_handle());
  ::X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool is_set = is_name ? ::X509_VERIFY_PARAM_set1_host(expected, url_.host.data(), url_.host.size()) == 1
                              : ::X509_VERIFY_PARAM_set1_ip_asc(expected, url_.host.c_str()) == 1;
  if (!is_set) co_return std::unexpected{NoAnswer{.reason = "no certificate can be for " + url_.host, .lasting = true}};
  co_await stream.async_handshake(asio::ssl::stream_base::client, into(error));
  if (!error) co_return std::expected<void, NoAnswer>{};
  NoAnswer failure = no_answer("no TLS with " + address(), error);
  failure.lasting = error.category() == asio::error::get_ssl_category();
  co_return std::unexpected{std::move(failure)};
}

template <typename Stream>
asio::awaitable<std::expected<Answer, NoAnswer>> ServiceConnection::exchange_over(Stream& stream, std::string_view request) {
  beast::get_lowest_layer(stream).expires_after(exchange_timeout);
  error_code error;
  co_await asio::async_write(stream, asio::buffer(request), into(error));
  http::response_parser<http::string_body> parser;
  parser.header_limit(max_header_bytes);
  parser.body_limit(max_body_bytes);
  if (!error) co_await http::async_read(stream, buffer_, parser, into(error));
  if (error || !parser.keep_alive()) stream_.template emplace<std::monostate>();
  if (error) co_return std::unexpected{no_answer("no answer from " + address(), error)};

  auto& response = parser.get();
  const auto retry_after = response[http::field::retry_after];
  Answer answer{.status = response.result_int(),
                .retry_after = read_retry_after({retry_after.data(), retry_after.size()}),
                .body = std::move(response.body())};
  co_return answer;
}

}  // namespace notifier::client
