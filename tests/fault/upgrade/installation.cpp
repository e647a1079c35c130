#include "fault/upgrade/installation.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <utility>

#include "fault/kit/report.hpp"
#include "support/executables.hpp"
#include "support/http_request.hpp"
#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

const std::string admin_key = "admin-key";

std::string mock_table(const std::string& name, const Environment& settings, const std::string& more) {
  return "[senders." + name + "]\ntype = \"mock\"\nlatency = \"" + settings.at("MOCK_LATENCY") + "\"\nrecord = \"" +
         settings.at("MOCK_RECORD") + "\"\nfailures-to-open = 0\n" + more + "\n";
}

/// The further notifications have a rate that they do not always keep to, so that some are deferred. Failures say nothing of
/// the mock.
std::string tables(const Environment& settings) {
  return mock_table("provider", settings, "") + mock_table("slow", settings, "rate = 100\n") +
         route_table("first", "provider") + route_table("second", "slow");
}

boost::json::value request(std::uint16_t port, const std::string& method, const std::string& path,
                           const std::string& body = {}) {
  const HttpAnswer answer =
      http_request(port, method, path, body, {{"X-API-Key", admin_key}, {"Content-Type", "application/json"}});
  INFO(method << ' ' << path << ": " << answer.body);
  REQUIRE(answer.status / 100 == 2);
  return boost::json::parse(answer.body);
}

}  // namespace

std::string executable_of(Version version) {
  if (version == Version::current) return notifier_executable();
  const auto executable = earlier_notifier();
  if (!executable) SKIP("there is no earlier version: tools/dev/earlier-notifier builds it, in a clone with its history");
  return *executable;
}

Installation::Installation(RealServers::Database database, Environment changes)
    : servers_{database}, changes_{std::move(changes)}, configuration_{tables(servers_.settings(changes_))} {}

std::unique_ptr<NotifierProcess> Installation::start(Version version, const std::string& command,
                                                     const Environment& changes) const {
  Environment settings = changes;
  settings.emplace("API_KEYS", "operator:admin:" + admin_key);
  settings.insert(changes_.begin(), changes_.end());
  auto process = std::make_unique<NotifierProcess>(configuration_.arguments(command), servers_.settings(settings),
                                                   executable_of(version));
  if (command == "migrate") return process;
  const bool is_ready = wait_until([&] { return http_request(process->port(), "GET", "/health/ready").status == 200; },
                                   std::chrono::minutes{1});
  INFO(process->output());
  REQUIRE(is_ready);
  return process;
}

boost::json::value Installation::post(std::uint16_t port, const std::string& path, const std::string& body) const {
  return request(port, "POST", path, body);
}

std::size_t Installation::await_replay(std::uint16_t port, const boost::json::value& started) const {
  const std::string path = "/replays/" + std::to_string(started.at("replayId").to_number<std::uint64_t>());
  boost::json::value replay;
  REQUIRE(wait_until(
      [&] {
        replay = request(port, "GET", path);
        return replay.at("state").as_string() == "DONE";
      },
      std::chrono::minutes{1}, std::chrono::milliseconds{50}));
  return replay.at("replayed").to_number<std::size_t>();
}

std::size_t Installation::count(const std::string& what) const {
  return std::stoul(servers_.database().query("SELECT COUNT(*) FROM " + what).at(0).at(0));
}

Account Installation::account(const Ledger& ledger) const {
  Ledger all = ledger;
  for (const std::string& id : ledger.accepted) all.accepted.insert(id + further);
  all.indeterminate *= 2;
  Account account = account_for(all, [this] { return holdings_of(servers_); });
  report(account);
  return account;
}

}  // namespace notifier::testing
