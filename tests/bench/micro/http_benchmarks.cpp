#include <benchmark/benchmark.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <string>

#include "http/server/api_keys.hpp"
#include "http/wire/http_message.hpp"
#include "http/wire/request_reader.hpp"

namespace {

using namespace notifier;

/// The strict gate and the parser behind it.
void read_request_header(benchmark::State& state) {
  const std::string header =
      "POST /events/ingest HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nContent-Type: application/json\r\nX-API-Key: test-key\r\n"
      "Content-Length: 150\r\n\r\n";
  for (auto _ : state) {
    boost::beast::flat_buffer buffer;
    buffer.commit(boost::asio::buffer_copy(buffer.prepare(header.size()), boost::asio::buffer(header)));
    http::RequestParser parser;
    http::HeaderReader reader;
    benchmark::DoNotOptimize(reader.read(buffer, parser));
  }
}
BENCHMARK(read_request_header);

void check_api_key(benchmark::State& state) {
  const http::ApiKeys keys{{{.name = "test", .roles = {Role::ingest}, .key = "test-key"},
                            {.name = "next", .roles = {Role::ingest}, .key = "next-key"}}};
  for (auto _ : state) benchmark::DoNotOptimize(keys.owner_of("test-key"));
}
BENCHMARK(check_api_key);

void write_response(benchmark::State& state) {
  const http::Response response{
      .status = 202,
      .body = R"({"message":"Event accepted","eventId":"01a20a80-8f1c-7b1e-9d7e-0123456789ab","status":"QUEUED"})"};
  for (auto _ : state) benchmark::DoNotOptimize(http::to_bytes(response, {.keep_alive = true}));
}
BENCHMARK(write_response);

}  // namespace
