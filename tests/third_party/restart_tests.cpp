#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fault/kit/accounting.hpp"
#include "fault/kit/load.hpp"
#include "support/free_port.hpp"
#include "support/http_request.hpp"
#include "support/notifier_process.hpp"
#include "support/system_under_test.hpp"
#include "support/wait_until.hpp"
#include "third_party/reverse_proxy.hpp"

using namespace notifier::testing;

// Processes of the API that end and come back behind each of the proxies.

namespace {

constexpr std::size_t events_between_restarts = 200;
constexpr int rounds = 2;

/// One of the processes behind a proxy, always on the same port.
class RestartedApi {
 public:
  explicit RestartedApi(const RealServers& servers)
      : settings_{servers.settings({{"API_PORT", std::to_string(port_)}, {"SHUTDOWN_DELAY", "3s"}})} {
    start();
  }

  void start() {
    process_.emplace(std::vector<std::string>{"api"}, settings_);
    static_cast<void>(process_->port());
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] NotifierProcess& process() { return *process_; }

 private:
  std::uint16_t port_ = free_port();
  Environment settings_;
  std::optional<NotifierProcess> process_;
};

/// Waits until the proxy has led a request to the process, which logs keys that it refuses.
void await_use(const ReverseProxy& proxy, RestartedApi& api) {
  REQUIRE(wait_until([&] {
    static_cast<void>(http_request(proxy.port(), "GET", "/notifications/x", {}, {{"X-API-Key", "wrong"}}));
    return api.process().output().contains("a request was refused for its API key");
  }));
}

class ApisBehindProxy {
 public:
  explicit ApisBehindProxy(ProxyKind kind) : proxy_{kind, first_.port(), second_.port()} {
    await_use(proxy_, first_);
    await_use(proxy_, second_);
  }

  [[nodiscard]] std::uint16_t port() const { return proxy_.port(); }

  /// Ends each of them by the signal and starts it again, in turn, while events come.
  void restart_each(int signal, const Load& load) {
    for (int i = 0; i < rounds; ++i) {
      for (RestartedApi* const api : {&first_, &second_}) {
        REQUIRE(load.await_accepted(events_between_restarts));
        api->process().signal(signal);
        REQUIRE(api->process().wait_for_exit());
        REQUIRE(load.await_accepted(events_between_restarts));
        api->start();
        await_use(proxy_, *api);
      }
    }
  }

  [[nodiscard]] std::string log() const { return proxy_.log(); }

  void check_account(const Ledger& ledger) const {
    const Account account = account_for(ledger, [&] { return holdings_of(servers_); });
    INFO(account);
    INFO(proxy_.log());
    CHECK(account.balances());
    CHECK(account.resent == 0);
  }

 private:
  RealServers servers_;
  NotifierProcess consume_{{"consume"}, servers_.settings()};
  RestartedApi first_{servers_};
  RestartedApi second_{servers_};
  ReverseProxy proxy_;
};

}  // namespace

TEST_CASE("Behind a proxy two APIs are restarted one after the other, and every request is answered by 202") {
  const ProxyKind kind = GENERATE(from_range(every_proxy));
  INFO(to_string(kind));
  ApisBehindProxy apis{kind};
  Load load{apis.port(), {.clients = 8}};
  apis.restart_each(SIGTERM, load);
  const Ledger ledger = load.stop();
  INFO(apis.log());
  CHECK(ledger.unanswered == 0);
  for (const auto& [status, count] : ledger.answers) {
    CAPTURE(count);
    CHECK(status == 202);
  }
  apis.check_account(ledger);
}

TEST_CASE("Behind a proxy two APIs are killed in turn, and what was answered by 202 is sent once") {
  const ProxyKind kind = GENERATE(from_range(every_proxy));
  INFO(to_string(kind));
  ApisBehindProxy apis{kind};
  Load load{apis.port(), {.repeated_of_hundred = 80}};
  apis.restart_each(SIGKILL, load);
  apis.check_account(load.stop());
}
