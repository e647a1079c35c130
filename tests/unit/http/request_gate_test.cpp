#include "http/wire/request_gate.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "support/raw_http_client.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier::http;
using namespace notifier::testing;

namespace {

unsigned status_of(const std::string& header) {
  const auto refusal = refuse_header(header);
  return refusal ? refusal->status : 0;
}

std::string post_with(const std::string& fields) { return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }

}  // namespace

TEST_CASE("a target that is neither a path nor an http URL is refused") {
  const std::string target = GENERATE(as<std::string>{}, "?/health", "/health#", "/health#/x", "#", "http://a/health#x",
                                      "http://", "http:///health", "http://?/health", "http://:80/health",
                                      "http://user@a/health", "http:/health", "ftp://a/health", "a/health", "a?/health");
  INFO(target);
  CHECK(status_of("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
}

TEST_CASE("ordinary headers pass the gate") {
  const std::string header = GENERATE(
      as<std::string>{}, "GET / HTTP/1.1\r\nHost: example.com:3005\r\n\r\n", "GET / HTTP/1.1\r\nHost: [::1]:3005\r\n\r\n",
      "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
      "GET /a%20b?c=d HTTP/1.1\r\nhOST: a\r\nAccept: */*\r\nX-Empty:\r\nX-Tab:\ta\tb \r\nX-Latin: \xe9\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0123456789\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding:  Chunked \r\n\r\n", "POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\n");
  CAPTURE(header);
  CHECK(status_of(header) == 0);
}

TEST_CASE("request lines that are not exactly three words are refused") {
  const std::string line =
      GENERATE(as<std::string>{}, "", "GET", "GET /", "GET / ", " GET / HTTP/1.1", "GET  / HTTP/1.1", "GET /  HTTP/1.1",
               "GET / a HTTP/1.1", "GET /\tHTTP/1.1", "GET / HTTP/1.1 ", "G(T / HTTP/1.1", "GET /\x01 HTTP/1.1",
               "GET /\xc3\xa9 HTTP/1.1", "GET / HTTP/1.2", "GET / HTTP/2.0", "GET / HTTP/0.9", "GET / http/1.1",
               "GET / HTTP/1.10", "PRI * HTTP/2.0");
  CAPTURE(line);
  CHECK(status_of(line + "\r\nHost: a\r\n\r\n") == 400);
}

TEST_CASE("fields on which parsers disagree are refused") {
  const std::string fields =
      GENERATE(as<std::string>{},
               "X: a\r\n b\r\n",  // folded
               "X: a\r\n\tb\r\n", " X: a\r\n", "X : a\r\n", "X\t: a\r\n", ": a\r\n", "X\r\n", "X(: a\r\n", "X\xe9: a\r\n",
               "X: a\rb\r\n", "X: a\nb\r\n", "X: a\x01\r\n", "X: a\x7f\r\n", "X: a\x0b\r\n");
  CAPTURE(fields);
  CHECK(status_of(post_with(fields)) == 400);
  CHECK(status_of("GET / HTTP/1.1\r\n" + fields + "Host: a\r\n\r\n") == 400);
}

TEST_CASE("NUL is refused wherever it stands") {
  const std::string nul(1, '\0');
  CHECK(status_of("GET /" + nul + " HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(status_of(post_with("X" + nul + ": a\r\n")) == 400);
  CHECK(status_of(post_with("X: a" + nul + "\r\n")) == 400);
  CHECK(status_of(post_with("Content-Length: 5" + nul + "\r\n")) == 400);
}

TEST_CASE("there is exactly one Host, and it is one") {
  CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a b\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: user@a\r\n\r\n") == 400);
}

TEST_CASE("there is one way at most to tell where the body ends") {
  const std::string fields = GENERATE(
      as<std::string>{}, "Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n",
      "Content-Length: 5, 5\r\n", "Content-Length: +5\r\n", "Content-Length: -1\r\n", "Content-Length: 5 5\r\n",
      "Content-Length: 0x5\r\n", "Content-Length: 5.0\r\n", "Content-Length:\r\n", "Content-Length: 12345678901\r\n",
      "Transfer-Encoding: gzip\r\n", "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: identity\r\n",
      "Transfer-Encoding:\r\n", "Transfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n",
      "Transfer-Encoding: chunked;q=1\r\n", "Transfer-Encoding: \"chunked\"\r\n",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n");
  CAPTURE(fields);
  CHECK(status_of(post_with(fields)) == 400);
}

TEST_CASE("HTTP/1.0 knows no Transfer-Encoding") {
  CHECK(status_of("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
}

TEST_CASE("a hundred fields pass, one more does not") {
  std::string fields;
  for (int i = 1; i < 100; ++i) fields += "X: a\r\n";
  CHECK(status_of(post_with(fields)) == 0);
  CHECK(status_of(post_with(fields + "X: a\r\n")) == 431);
}

TEST_CASE("the end of the header is found wherever the bytes are cut") {
  const std::string header = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string bytes = header + "the next";
  for (std::size_t cut = 0; cut < header.size(); ++cut) {
    CAPTURE(cut);
    CHECK(find_header_end(bytes.substr(0, cut), 0).state == HeaderEnd::State::not_yet);
    const HeaderEnd end = find_header_end(bytes, cut);
    CHECK(end.state == HeaderEnd::State::found);
    CHECK(end.size == header.size());
  }
}

TEST_CASE("a bare LF ends no line") {
  CHECK(find_header_end("GET / HTTP/1.1\n", 0).state == HeaderEnd::State::malformed);
  CHECK(find_header_end("GET / HTTP/1.1\r\nHost: a\n\r\n", 0).state == HeaderEnd::State::malformed);
  CHECK(find_header_end("GET / HTTP/1.1\r\nHost: a\r\n\n", 0).state == HeaderEnd::State::malformed);
  CHECK(find_header_end("\n", 0).state == HeaderEnd::State::malformed);
}

TEST_CASE("a load balancer that begins by the PROXY protocol is told so") {
  const std::string begin = GENERATE(as<std::string>{}, "PROXY TCP4 192.0.2.1 192.0.2.2 40000 443\r\n", "PROXY UNKNOWN\r\n",
                                     std::string{"\r\n\r\n\0\r\nQUIT\n!\x11\0\x0c", 16});
  CAPTURE(begin);
  ServerUnderTest server;
  RawHttpClient balancer{server.port()};
  balancer.send(begin + raw_request("GET", "/health"));
  const RawAnswer answer = balancer.read_answer().value();
  CHECK(answer.status == 400);
  CHECK(answer.body.contains("PROXY protocol"));
}
