#include "http/client/service_connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <exception>
#include <string>

#include "support/self_signed.hpp"
#include "support/test_servers.hpp"

using namespace notifier;
using Catch::Matchers::ContainsSubstring;
using client::ServiceConnection;
namespace asio = boost::asio;
namespace http = boost::beast::http;
using Result = std::expected<client::Answer, client::NoAnswer>;

namespace {

/// Answers requests with 503 and their own body, over one TLS connection.
asio::awaitable<void> serve(asio::ip::tcp::acceptor& acceptor, asio::ssl::context& tls) {
  asio::ssl::stream<asio::ip::tcp::socket> stream{co_await acceptor.async_accept(asio::use_awaitable), tls};
  // A further connection is refused at once.
  acceptor.close();
  boost::system::error_code error;
  co_await stream.async_handshake(asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, error));
  boost::beast::flat_buffer buffer;
  while (!error) {
    http::request<http::string_body> request;
    co_await http::async_read(stream, buffer, request, asio::redirect_error(asio::use_awaitable, error));
    const std::string answer =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: " + std::to_string(request.body().size()) +
        "\r\n\r\n" + request.body();
    if (!error) co_await asio::async_write(stream, asio::buffer(answer), asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<void> exchange_twice(ServiceConnection& connection, Result& first, Result& second) {
  const std::string header = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n";
  first = co_await connection.exchange(header + "first");
  second = co_await connection.exchange(header + "again");
}

/// What a client that trusts `ca_file` gets from a server that has the certificate.
std::pair<Result, Result> answers_of(const testing::SelfSigned& certificate, const std::string& ca_file) {
  asio::io_context context{1};
  asio::ssl::context server_tls = certificate.server_context();
  asio::ip::tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
  const client::ServiceUrl url{
      .tls = true, .host = "localhost", .port = std::to_string(acceptor.local_endpoint().port()), .host_field = "localhost"};
  auto client_tls = client::make_tls_context(ca_file);
  REQUIRE(client_tls);
  ServiceConnection connection{context.get_executor(), url, *client_tls};
  std::pair<Result, Result> answers;
  asio::co_spawn(context, serve(acceptor, server_tls), asio::detached);
  asio::co_spawn(context, exchange_twice(connection, answers.first, answers.second), [&](const std::exception_ptr& bug) {
    context.stop();
    if (bug) std::rethrow_exception(bug);
  });
  context.run_for(std::chrono::seconds{30});
  return answers;
}

}  // namespace

TEST_CASE("A service is talked to over TLS when its certificate is trusted and for its name") {
  const testing::TemporaryFolder folder;
  const testing::SelfSigned certificate{"localhost"};
  certificate.write(folder.path() + "/ca.pem");
  const auto [first, second] = answers_of(certificate, folder.path() + "/ca.pem");
  REQUIRE(first);
  CHECK(first->status == 503);
  CHECK(first->retry_after == std::chrono::seconds{7});
  CHECK(first->body == "first");
  REQUIRE(second);
  CHECK(second->body == "again");
}

TEST_CASE("A service whose certificate is not trusted, or for another name, gets no request") {
  const testing::TemporaryFolder folder;
  const testing::SelfSigned other_name{"other.example"};
  other_name.write(folder.path() + "/ca.pem");
  for (const auto& [first, second] :
       {answers_of(testing::SelfSigned{"localhost"}, std::string{}), answers_of(other_name, folder.path() + "/ca.pem")}) {
    REQUIRE_FALSE(first);
    CHECK(first.error().lasting);
    CHECK_THAT(first.error().reason, ContainsSubstring("certificate verify failed"));
    CHECK_FALSE(second);
  }
}

TEST_CASE("Authorities that cannot be read are named") {
  const auto context = client::make_tls_context("/nowhere/ca.pem");
  REQUIRE_FALSE(context);
  CHECK_THAT(context.error(), ContainsSubstring("/nowhere/ca.pem"));
}
