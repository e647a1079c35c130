#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/http_receiver.hpp"
#include "support/notifier_process.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {

/// A folder with a configuration file of senders and routes, and the mail template `welcome`.
class SenderConfiguration {
 public:
  explicit SenderConfiguration(const std::string& tables);

  [[nodiscard]] std::string file() const;

  /// What runs `command` with it.
  [[nodiscard]] std::vector<std::string> arguments(const std::string& command) const;

  /// The changes and the template folder.
  [[nodiscard]] Environment settings(Environment changes) const;

  /// Writes a file of that name into the folder, in place of what is there.
  void write(const std::string& name, const std::string& text) const;

 private:
  TemporaryFolder folder_;
};

/// A sender that posts to a receiver of this machine; `more` are further lines.
std::string webhook_table(const std::string& name, std::uint16_t port, const std::string& more = {});
std::string webhook_table(const std::string& name, const HttpReceiver& receiver, const std::string& more = {});

/// A route for all types of event that begin with `user_`.
std::string route_table(const std::string& name, const std::string& sender, const std::string& more = {});

}  // namespace notifier::testing
