#include <catch2/catch_test_macros.hpp>

#include "domain/event_id.hpp"
#include "domain/event_schema.hpp"
#include "support/raw_http_client.hpp"
#include "support/wait_until.hpp"
#include "unit/http/server_under_test.hpp"

using namespace notifier;
using namespace notifier::testing;

namespace {

std::string chunked_request(const std::string& chunks) {
  return std::string{"POST /events/ingest HTTP/1.1\r\nHost: a\r\nX-API-Key: "} + api_key +
         "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
}

std::string in_chunks_of(std::size_t size, std::string_view body) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string chunks;
  for (; !body.empty(); body.remove_prefix(std::min(size, body.size()))) {
    const std::string_view chunk = body.substr(0, size);
    chunks += std::string{hex[chunk.size() >> 4], hex[chunk.size() & 0xF]} + "\r\n" + std::string{chunk} + "\r\n";
  }
  return chunks + "0\r\n\r\n";
}

}  // namespace

TEST_CASE("a connection serves one request after the other") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  for (int i = 0; i < 3; ++i) {
    client.send(ingest_request());
    CHECK(client.read_answer().value().status == 202);
  }
  CHECK(server.broker.published_count() == 3);
}

TEST_CASE("ten requests in one write are answered in their order") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  std::string bytes;
  for (int i = 0; i < 5; ++i) bytes += ingest_request() + raw_request("GET", "/nowhere");
  client.send(bytes);
  for (int i = 0; i < 5; ++i) {
    CHECK(client.read_answer().value().status == 202);
    CHECK(client.read_answer().value().status == 404);
  }
}

TEST_CASE("a request may come in single bytes") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  for (const char byte : ingest_request()) client.send({&byte, 1});
  CHECK(client.read_answer().value().status == 202);
}

TEST_CASE("an empty line before a request is forgiven once") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  client.send("\r\n" + raw_request("GET", "/health"));
  CHECK(client.read_answer().value().status == 200);
  client.send("\r\n\r\n" + raw_request("GET", "/health"));
  CHECK(client.read_answer().value().status == 400);
}

TEST_CASE("a client that asks for it is closed after the answer") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  client.send(raw_request("GET", "/health", {{"Connection", "close"}}) + raw_request("GET", "/health"));
  const RawAnswer answer = client.read_answer().value();
  CHECK(answer.status == 200);
  CHECK(answer.header("connection") == "close");
  CHECK_FALSE(client.read_answer().has_value());
}

TEST_CASE("HTTP/1.0 closes unless the client wants to go on") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  client.send("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const RawAnswer first = client.read_answer().value();
  CHECK(first.body == R"({"status":"OK"})"
                      "\n");
  CHECK(first.header("connection") == "keep-alive");
  client.send("GET /health HTTP/1.0\r\n\r\n");
  const RawAnswer second = client.read_answer().value();
  CHECK(second.body == R"({"status":"OK"})"
                       "\n");
  CHECK(second.header("connection") == "close");
  CHECK_FALSE(client.read_answer().has_value());
}

TEST_CASE("HEAD is answered like GET, without the body") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  client.send(raw_request("HEAD", "/health") + raw_request("GET", "/health"));
  const RawAnswer head = client.read_answer_without_body().value();
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == "16");
  CHECK(client.read_answer().value().body == R"({"status":"OK"})"
                                             "\n");
}

TEST_CASE("the absolute form of a target is understood") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  client.send("GET http://a/health?x HTTP/1.1\r\nHost: a\r\n\r\nGET http://a HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_answer().value().status == 200);
  CHECK(client.read_answer().value().status == 404);
}

TEST_CASE("what stands in the query of a URL is no path, whatever its scheme and case") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  for (const char* elsewhere : {"http://a?/health", "http://a?x/health", "https://a:1?/health", "http://a/?/health",
                                "/?/health", "http://a", "HTTP://a?http://b/health", "*", "a", "a:1"}) {
    CAPTURE(elsewhere);
    client.send("GET " + std::string{elsewhere} + " HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.read_answer().value().status == 404);
  }
  for (const char* health :
       {"http://a/health", "HTTP://a:1/health?", "https://[::1]:1/health?/nowhere", "/health?http://a/x"}) {
    CAPTURE(health);
    client.send("GET " + std::string{health} + " HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.read_answer().value().status == 200);
  }
}

TEST_CASE("a chunked body is put together, and the next request found behind it") {
  ServerUnderTest server;
  for (const std::size_t size : {1UL, 7UL, 100UL, 200UL}) {
    RawHttpClient client{server.port()};
    client.send(chunked_request(in_chunks_of(size, valid_event)) + raw_request("GET", "/health"));
    CHECK(client.read_answer().value().status == 202);
    CHECK(client.read_answer().value().body == R"({"status":"OK"})"
                                               "\n");
  }
  for (const Message& message : server.broker.published()) CHECK(parse_queued_event(message.body).has_value());
}

TEST_CASE("trailers and small chunk extensions do no harm") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  client.send(chunked_request("2;a=b\r\n{}\r\n0\r\nX-API-Key: another\r\n\r\n") + raw_request("GET", "/health"));
  CHECK(client.read_answer().value().status == 400);
  CHECK(client.read_answer().value().status == 200);
}

TEST_CASE("the fields of a trailer are none of the request's") {
  ServerUnderTest server;
  const std::string chunks = in_chunks_of(100, valid_event);
  const std::string last_line = "\r\n";
  const std::string body = chunks.substr(0, chunks.size() - last_line.size());
  const std::string id_of_key = R"("eventId":")" + event_id_from({.key = "k"});
  RawHttpClient client{server.port()};
  client.send(chunked_request(body + "Idempotency-Key: k\r\nTraceparent: x\r\nConnection: close\r\n\r\n"));
  const RawAnswer accepted = client.read_answer().value();
  CHECK(accepted.status == 202);
  CHECK_FALSE(accepted.body.contains(id_of_key));

  const std::string type = "Content-Type: application/json\r\n";
  std::string without_type = chunked_request(body + type + "\r\n");
  without_type.erase(without_type.find(type), type.size());
  client.send(without_type);
  CHECK(client.read_answer().value().status == 415);

  client.send(chunked_request(body + "X-API-Key: the-right-key\r\nIdempotency-Key: k\r\nIdempotency-Key: l\r\n\r\n"));
  CHECK(client.read_answer().value().status == 202);
}

TEST_CASE("broken chunks end the connection") {
  ServerUnderTest server;
  for (const char* chunks : {"x\r\n{}\r\n0\r\n\r\n", "2\n{}\r\n0\r\n\r\n", "2\r\n{}x\r\n0\r\n\r\n", "-1\r\n{}\r\n0\r\n\r\n",
                             "2;a=\"\\\x01\"\r\n{}\r\n0\r\n\r\n", "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n", "\r\n\r\n",
                             "2;a=\"b\r\n{}\r\n0\r\n\r\n"}) {
    CAPTURE(chunks);
    RawHttpClient client{server.port()};
    client.send(chunked_request(chunks) + raw_request("GET", "/health"));
    const RawAnswer answer = client.read_answer().value();
    CHECK(answer.status == 400);
    CHECK(answer.header("connection") == "close");
    CHECK_FALSE(client.read_answer().has_value());
  }
}

TEST_CASE("a client that waits for 100 Continue gets it, and one whose request is refused gets the refusal instead") {
  ServerUnderTest server;
  const std::string header = std::string{"POST /events/ingest HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"} +
                             "Expect: 100-Continue\r\nContent-Length: " + std::to_string(std::string{valid_event}.size()) +
                             "\r\n";
  RawHttpClient client{server.port()};
  client.send(header + "X-API-Key: " + api_key + "\r\n\r\n");
  CHECK(client.read_answer().value().status == 100);
  client.send(valid_event);
  CHECK(client.read_answer().value().status == 202);

  RawHttpClient stranger{server.port()};
  stranger.send(header + "\r\n");
  CHECK(stranger.read_answer().value().status == 401);
  CHECK_FALSE(stranger.read_answer().has_value());
}

TEST_CASE("a refused request with a body not read is the last one of its connection") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  client.send(raw_request("POST", "/events/ingest", {}, ingest_request()) + raw_request("GET", "/health"));
  const RawAnswer answer = client.read_answer().value();
  CHECK(answer.status == 401);
  CHECK(answer.header("connection") == "close");
  CHECK_FALSE(client.read_answer().has_value());
  CHECK(server.broker.published_count() == 0);
}

TEST_CASE("a body where none belongs is not read as the next request") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  const std::string hidden = ingest_request();
  client.send("GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(hidden.size()) + "\r\n\r\n" + hidden);
  const RawAnswer answer = client.read_answer().value();
  CHECK(answer.status == 200);
  CHECK(answer.header("connection") == "close");
  CHECK_FALSE(client.read_answer().has_value());
  CHECK(server.broker.published_count() == 0);
}

TEST_CASE("a client that has ended its side still gets its answers") {
  ServerUnderTest server;
  RawHttpClient client{server.port()};
  client.send(ingest_request() + raw_request("GET", "/health"));
  client.shut_down_sending();
  CHECK(client.read_answer().value().status == 202);
  CHECK(client.read_answer().value().status == 200);
  CHECK_FALSE(client.read_answer().has_value());
}

TEST_CASE("a client that ends its side in the middle of a request is told") {
  ServerUnderTest server;
  RawHttpClient in_header{server.port()};
  in_header.send("GET /health HTTP/1.1\r\nHo");
  in_header.shut_down_sending();
  CHECK(in_header.read_answer().value().status == 400);
  RawHttpClient in_body{server.port()};
  in_body.send(ingest_request().substr(0, 200));
  in_body.shut_down_sending();
  CHECK(in_body.read_answer().value().status == 400);
  CHECK(server.broker.published_count() == 0);
}

TEST_CASE("the broker's answer may come when the client is gone") {
  ServerUnderTest server;
  server.broker.hold_answers();
  {
    RawHttpClient client{server.port()};
    client.send(ingest_request());
    REQUIRE(wait_until([&] { return server.broker.published_count() == 1; }));
    client.reset();
  }
  server.broker.confirm_held();
  RawHttpClient next{server.port()};
  next.send(ingest_request());
  CHECK(next.read_answer().value().status == 202);
}
