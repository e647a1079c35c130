#pragma once

#include <curl/curl.h>

#include <chrono>
#include <expected>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/sender.hpp"
#include "notifier/sender_settings.hpp"
#include "senders/libcurl_race.hpp"
#include "senders/mail/mail_message.hpp"
#include "senders/mail/smtp_answer.hpp"

namespace notifier {

/// What was said of logging in during an exchange.
struct SmtpLogin {
  std::string offered;  ///< by the server, with spaces between
  std::string tried;    ///< the last one; empty: none
};

struct SmtpDeadlines {
  std::chrono::steady_clock::time_point text;    ///< for the mail's text to have gone out
  std::chrono::steady_clock::time_point answer;  ///< for all of it
};

/// One connection to a mail server, opened for the first mail and used again for the next ones. Belongs to one thread.
class SmtpConnection {
 public:
  /// The error is a sentence about the settings.
  [[nodiscard]] static std::expected<std::unique_ptr<SmtpConnection>, std::string> make(const SmtpSettings& settings);

  /// Says goodbye to the server, without waiting for its answer.
  ~SmtpConnection();
  SmtpConnection(const SmtpConnection&) = delete;
  SmtpConnection& operator=(const SmtpConnection&) = delete;

  /// Delivers a mail and blocks until the server has answered, but not longer than `timeout`, nor a second longer than the
  /// settings' deadline before the mail's text has gone out; within a second or so when `stop` is requested. If the server
  /// has closed the connection meanwhile, a new one is used, and so is one for each way to log in that the server offers and
  /// then refuses.
  [[nodiscard]] SendResult deliver(const MailMessage& mail, std::chrono::milliseconds timeout, const std::stop_token& stop);

 private:
  SmtpConnection(CURL* handle, const SmtpSettings& settings, std::string url);
  [[nodiscard]] bool configure(const SmtpSettings& settings);
  [[nodiscard]] SmtpExchange exchange(const MailMessage& mail, const SmtpDeadlines& deadlines, const std::stop_token& stop,
                                      SmtpLogin& login);
  [[nodiscard]] CURLcode perform(const SmtpDeadlines& deadlines, const std::stop_token& stop);
  [[nodiscard]] CURLcode run_race(const SmtpDeadlines& deadlines, const std::stop_token& stop);
  [[nodiscard]] bool was_stale(const SmtpExchange& exchange) const;
  [[nodiscard]] bool has_other_login(const SmtpExchange& exchange, const SmtpLogin& login);

  static curl_socket_t open(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int opened(void* self, curl_socket_t socket, curlsocktype purpose);
  static int closed(void* self, curl_socket_t socket);

  std::vector<curl_socket_t> sockets_;  ///< libcurl's open ones: more than one only while it connects
  LibcurlRace race_;
  const std::string url_;
  std::string password_;
  std::chrono::milliseconds until_text_is_out_;
  std::vector<std::string_view> mechanisms_;  ///< to log in with; empty: not at all
  std::vector<std::string_view> left_;        ///< of them, those that the server has not refused
  bool logged_in_ = false;                    ///< on the open connection
  std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> handle_;
};

}  // namespace notifier
