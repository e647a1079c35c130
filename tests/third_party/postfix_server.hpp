#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/free_port.hpp"
#include "support/notifier_process.hpp"
#include "support/test_servers.hpp"

namespace notifier::testing {

/// Parameters of Postfix's main.cf.
using PostfixParameters = std::map<std::string, std::string>;

/// A Postfix of the test's own on 127.0.0.1, with folders of its own, which takes the mail of example.com into one maildir.
/// The case is skipped where there is none, or no root to start it.
class PostfixServer {
 public:
  explicit PostfixServer(const PostfixParameters& changes = {});
  ~PostfixServer();
  PostfixServer(const PostfixServer&) = delete;
  PostfixServer& operator=(const PostfixServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] std::size_t mail_count() const;  ///< delivered so far

  /// What has been delivered, as tests/support/read_mail.py reads it.
  [[nodiscard]] std::vector<boost::json::object> mails() const;

  [[nodiscard]] std::string log() const { return process_->output(); }

 private:
  [[nodiscard]] std::vector<std::string> files() const;
  void write_configuration(const PostfixParameters& changes) const;

  TemporaryFolder folder_;
  std::uint16_t port_ = free_port();
  std::optional<NotifierProcess> process_;
};

/// A postgrey of the test's own, Debian's greylisting for Postfix, which makes each new recipient wait for two seconds.
class Postgrey {
 public:
  Postgrey();

  /// Of `smtpd_recipient_restrictions`.
  [[nodiscard]] std::string restriction() const;

 private:
  TemporaryFolder folder_;
  std::uint16_t port_ = free_port();
  std::optional<NotifierProcess> process_;
};

}  // namespace notifier::testing
