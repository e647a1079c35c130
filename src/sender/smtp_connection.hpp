#pragma once

#include <curl/curl.h>

#include <chrono>
#include <expected>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "notifier/sender.hpp"
#include "notifier/sender_settings.hpp"
#include "sender/mail_message.hpp"
#include "sender/smtp_answer.hpp"

namespace notifier {

/// One connection to a mail server, opened for the first mail and used again for the next ones. Belongs to one thread.
class SmtpConnection {
 public:
  /// The error is a sentence about the settings.
  [[nodiscard]] static std::expected<std::unique_ptr<SmtpConnection>, std::string> make(const SmtpSettings& settings);

  /// Says goodbye to the server, without waiting for its answer.
  ~SmtpConnection();
  SmtpConnection(const SmtpConnection&) = delete;
  SmtpConnection& operator=(const SmtpConnection&) = delete;

  /// Delivers a mail and blocks until the server has answered, but not longer than `timeout`; within a second or so when
  /// `stop` is asked for. If the server has closed the connection meanwhile, a new one is used.
  [[nodiscard]] SendResult deliver(const MailMessage& mail, std::chrono::milliseconds timeout, const std::stop_token& stop);

 private:
  SmtpConnection(CURL* handle, std::string password);
  [[nodiscard]] bool configure(const SmtpSettings& settings, const std::string& url);
  [[nodiscard]] SmtpExchange exchange(const MailMessage& mail, std::chrono::milliseconds timeout,
                                      const std::stop_token& stop);
  [[nodiscard]] bool was_stale(const SmtpExchange& exchange) const;

  static int opened(void* self, curl_socket_t socket, curlsocktype purpose);
  static int closed(void* self, curl_socket_t socket);

  std::vector<curl_socket_t> sockets_;  ///< open ones: more than one only while it connects
  std::string password_;
  std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> handle_;
};

}  // namespace notifier
