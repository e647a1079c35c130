#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/raw_http_client.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;

TEST_CASE("what follows an ambiguous request is never served") {
  const std::string fields =
      GENERATE(as<std::string>{}, "Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
               "Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
               "Host: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
               "Host: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n", "Host: a\r\nContent-Length: 5, 5\r\n",
               "Host: a\r\nContent-Length: +5\r\n", "Host: a\r\nContent-Length : 5\r\n", "Host: a\nContent-Length: 5\r\n",
               "Host: a\r\nContent-Length: 5\x01\r\n", "Host: a\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n",
               "Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: gzip\r\n", "Host: a\r\nTransfer-Encoding: gzip\r\n",
               "Host: a\r\nTransfer-Encoding: xchunked\r\n", "Host: a\r\nTransfer-Encoding: chunked, chunked\r\n",
               "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
               "Host: a\r\nTransfer-Encoding:\r\n chunked\r\n", "Host: a\r\nX-Folded: a\r\n b\r\nContent-Length: 0\r\n",
               "Host: a\r\nHost: b\r\nContent-Length: 0\r\n", "Content-Length: 0\r\n");
  CAPTURE(fields);
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  client.send(std::string{"POST /events/ingest HTTP/1.1\r\nX-API-Key: "} + api_key +
              "\r\nContent-Type: application/json\r\n" + fields + "\r\n" + "0\r\n\r\n" + ingest_request() +
              ingest_request());

  const RawAnswer answer = client.read_answer().value();
  CHECK(answer.status == 400);
  CHECK(answer.header("connection") == "close");
  CHECK_FALSE(client.read_answer().has_value());
  CHECK(server.broker.published_count() == 0);
}

TEST_CASE("a chunked HTTP/1.0 request is refused, and what follows it") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  client.send(std::string{"POST /events/ingest HTTP/1.0\r\nConnection: keep-alive\r\nX-API-Key: "} + api_key +
              "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + ingest_request());
  CHECK(client.read_answer().value().status == 400);
  CHECK_FALSE(client.read_answer().has_value());
  CHECK(server.broker.published_count() == 0);
}
