#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "contract/sender/sending.hpp"
#include "contract/sender/webhook_fixture.hpp"
#include "support/self_signed.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {
namespace {

/// A line without its end; empty when there are no more.
std::string read_line(std::FILE* file) {
  std::array<char, 256> line{};
  if (std::fgets(line.data(), line.size(), file) == nullptr) return {};
  std::string text = line.data();
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

TEST_CASE("Webhooks go over HTTP/2 where TLS negotiates it", "[sender][webhook]") {
  constexpr std::size_t sends = 50;
  const TemporaryFolder folder;
  const SelfSigned certificate{"localhost"};
  certificate.write(folder.path() + "/ca.pem");
  certificate.write_key(folder.path() + "/key.pem");
  const std::string command = std::string{"exec node " NOTIFIER_HTTP2_RECEIVER " "} + folder.path() + "/ca.pem " +
                              folder.path() + "/key.pem " + std::to_string(sends);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> receiver{::popen(command.c_str(), "r"), ::pclose};
  REQUIRE(receiver);

  WebhookFixture fixture;
  fixture.settings.url = "https://localhost:" + read_line(receiver.get()) + "/";
  fixture.settings.ca_file = folder.path() + "/ca.pem";
  Sending sending{fixture};
  const std::vector<std::string> ids = numbered_event_ids("evt", sends);
  sending.send(ids);
  REQUIRE(sending.wait_for_all());
  CHECK(
      std::ranges::all_of(sending.results(), [](const SendResult& result) { return std::holds_alternative<Sent>(result); }));
  sending.destroy_sender();

  std::vector<std::string> expected;
  for (const std::string& id : ids) expected.push_back("2.0 " + notification_id(id));
  std::vector<std::string> received;
  for (std::string line = read_line(receiver.get()); !line.empty(); line = read_line(receiver.get()))
    received.push_back(line);
  std::ranges::sort(expected);
  std::ranges::sort(received);
  CHECK(received == expected);
}

TEST_CASE("A request that HTTP/2 sends away is repeated on a fresh connection, in the same attempt", "[sender][webhook]") {
  const TemporaryFolder folder;
  const SelfSigned certificate{"localhost"};
  certificate.write(folder.path() + "/ca.pem");
  certificate.write_key(folder.path() + "/key.pem");
  const std::string command =
      std::string{"exec node " NOTIFIER_HTTP2_GOAWAY_RECEIVER " "} + folder.path() + "/ca.pem " + folder.path() + "/key.pem";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> receiver{::popen(command.c_str(), "r"), ::pclose};
  REQUIRE(receiver);
  WebhookFixture fixture;
  fixture.settings.url = "https://localhost:" + read_line(receiver.get()) + "/";
  fixture.settings.ca_file = folder.path() + "/ca.pem";
  Sending sending{fixture};
  for (const std::string id : {"evt-1", "evt-2"}) {
    CAPTURE(id);
    CHECK(std::holds_alternative<Sent>(sending.result_of(id)));
    CHECK(read_line(receiver.get()) == notification_id(id));
  }
  sending.destroy_sender();
}

}  // namespace
}  // namespace notifier::testing
