#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <memory>
#include <stdexcept>
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

/// A receiver that speaks HTTP/2, in Node.js: it tells its port in its first line, and then a line for each request.
class Http2Receiver {
 public:
  explicit Http2Receiver(const std::string& script, const std::string& argument = {}) {
    certificate_.write(ca_file());
    certificate_.write_key(folder_.path() + "/key.pem");
    const std::string command = "exec node " + script + " " + ca_file() + " " + folder_.path() + "/key.pem " + argument;
    output_.reset(::popen(command.c_str(), "r"));
    if (!output_) throw std::runtime_error{"cannot start " + command};
    url_ = "https://localhost:" + next_line() + "/";
  }

  [[nodiscard]] std::string ca_file() const { return folder_.path() + "/ca.pem"; }
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] std::string next_line() { return read_line(output_.get()); }

 private:
  TemporaryFolder folder_;
  SelfSigned certificate_{"localhost"};
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> output_{nullptr, ::pclose};
  std::string url_;
};

TEST_CASE("Webhooks go over HTTP/2 where TLS negotiates it", "[sender][webhook]") {
  constexpr std::size_t sends = 50;
  Http2Receiver receiver{NOTIFIER_HTTP2_RECEIVER, std::to_string(sends)};
  WebhookFixture fixture;
  fixture.settings.url = receiver.url();
  fixture.settings.ca_file = receiver.ca_file();
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
  for (std::string line = receiver.next_line(); !line.empty(); line = receiver.next_line()) received.push_back(line);
  std::ranges::sort(expected);
  std::ranges::sort(received);
  CHECK(received == expected);
}

TEST_CASE("A request that HTTP/2 sends away is repeated on a fresh connection, in the same attempt", "[sender][webhook]") {
  Http2Receiver receiver{NOTIFIER_HTTP2_GOAWAY_RECEIVER};
  WebhookFixture fixture;
  fixture.settings.url = receiver.url();
  fixture.settings.ca_file = receiver.ca_file();
  Sending sending{fixture};
  for (const std::string id : {"evt-1", "evt-2"}) {
    CAPTURE(id);
    CHECK(std::holds_alternative<Sent>(sending.result_of(id)));
    CHECK(receiver.next_line() == notification_id(id));
  }
  sending.destroy_sender();
}

}  // namespace
}  // namespace notifier::testing
