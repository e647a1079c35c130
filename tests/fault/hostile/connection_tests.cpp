#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "support/executables.hpp"
#include "support/notifier_process.hpp"
#include "support/raw_http_client.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"

using namespace notifier::testing;

namespace {

/// Those of its clients, on the embedded default; files of databases come and go with what it does by itself.
std::size_t open_sockets(const NotifierProcess& process) {
  const std::filesystem::directory_iterator files{"/proc/" + std::to_string(process.pid()) + "/fd"};
  return static_cast<std::size_t>(std::ranges::count_if(files, [](const std::filesystem::directory_entry& file) {
    std::error_code closed_meanwhile;
    return std::filesystem::read_symlink(file, closed_meanwhile).string().starts_with("socket:");
  }));
}

/// Clients that begin a request and do not end it.
class SlowClients {
 public:
  SlowClients(std::uint16_t port, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) clients_.push_back(std::make_unique<RawHttpClient>(port));
    send_a_byte();
  }

  void send_a_byte() {
    for (const auto& client : clients_) client->send("P");
  }

  /// Whether the server has told each of them that it is too slow, or closed it.
  [[nodiscard]] bool all_ended() const {
    return std::ranges::all_of(clients_, [](const auto& client) { return client->has_input(); });
  }

 private:
  std::vector<std::unique_ptr<RawHttpClient>> clients_;
};

/// Whether a client that behaves gets an answer in which no other client has a part. None has when the disk was too slow for
/// the publish: the code names the broker then.
bool is_served(std::uint16_t port) {
  const HttpAnswer answer = ingest(port, event_body());
  UNSCOPED_INFO("answered with " << answer.status << ": " << answer.body);
  return answer.status == 202 || (answer.status == 503 && answer.body.contains(R"("code":"broker_)"));
}

}  // namespace

TEST_CASE("#26 A thousand slow clients keep nobody else waiting, and are closed") {
  const TemporaryFolder folder;
  NotifierProcess all{{"all"}, embedded_settings(folder)};
  const std::uint16_t port = all.port();
  await_status(port, accepted_event_id(port, event_body()), "SENT");
  const std::size_t sockets = open_sockets(all);

  SlowClients slow{port, 1000};
  REQUIRE(wait_until([&] { return open_sockets(all) > 1000; }));
  CHECK_FALSE(slow.all_ended());
  for (int i = 0; i < 20; ++i) CHECK(is_served(port));
  CHECK_FALSE(slow.all_ended());
  slow.send_a_byte();
  CHECK(wait_until([&] { return slow.all_ended(); }, std::chrono::seconds{40}));
  CHECK(wait_until([&] { return open_sockets(all) <= sockets; }));
  CHECK(all.is_running());
}

TEST_CASE("#26 With few files to open, slow clients beyond what they allow give way to a proper one") {
  const TemporaryFolder folder;
  const std::string limited = std::string{"ulimit -n 256 && exec "} + notifier_executable() + " all";
  NotifierProcess all{{"-c", limited}, embedded_settings(folder), "/bin/sh"};
  const std::uint16_t port = all.port();
  await_status(port, accepted_event_id(port, event_body()), "SENT");
  const std::size_t sockets = open_sockets(all);
  {
    const SlowClients slow{port, 500};
    CHECK(is_served(port));
    CHECK_FALSE(slow.all_ended());
    CHECK(open_sockets(all) < 200);
    CHECK(wait_until([&] { return slow.all_ended(); }, std::chrono::seconds{40}));
  }
  CHECK(wait_until([&] { return open_sockets(all) <= sockets; }));
  const std::string id = accepted_event_id(port, event_body());
  CHECK(await_status(port, id, "SENT").at("attemptCount").to_number<int>() == 1);
  CHECK(all.is_running());
}
