#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "fault/kit/accounting.hpp"
#include "support/notifier_process.hpp"
#include "support/sender_configuration.hpp"
#include "support/system_under_test.hpp"

namespace notifier::testing {

enum class Version { earlier, current };

/// The version that is not this one.
constexpr Version other(Version version) { return version == Version::earlier ? Version::current : Version::earlier; }

/// Skips the test case where there is no earlier version.
std::string executable_of(Version version);

/// What comes after the id of an event in that of its further notification.
inline const std::string further = "/second";

/// Servers and a configuration with two routes, and processes of either version that use them. Each event is sent on both.
class Installation {
 public:
  /// `changes` are settings of all its processes.
  explicit Installation(RealServers::Database database, Environment changes = {});

  /// `api` and `consume` are ready when this returns.
  [[nodiscard]] std::unique_ptr<NotifierProcess> start(Version version, const std::string& command,
                                                       const Environment& changes = {}) const;

  /// Asks an API for what an administrator may change; its answer.
  [[nodiscard]] boost::json::value post(std::uint16_t port, const std::string& path, const std::string& body = {}) const;

  /// Waits until a replay that `post` has started is published; how many dead letters it took.
  [[nodiscard]] std::size_t await_replay(std::uint16_t port, const boost::json::value& started) const;

  /// What a query for one number gives.
  [[nodiscard]] std::size_t count(const std::string& what) const;

  /// Accounts for accepted events and for their further notifications.
  [[nodiscard]] Account account(const Ledger& ledger) const;

  [[nodiscard]] const RealServers& servers() const { return servers_; }

 private:
  RealServers servers_;
  Environment changes_;
  SenderConfiguration configuration_;
};

}  // namespace notifier::testing
