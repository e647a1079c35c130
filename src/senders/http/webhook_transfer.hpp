#pragma once

#include <curl/curl.h>

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "notifier/sender.hpp"
#include "senders/address_guard.hpp"
#include "senders/http/answer_reader.hpp"
#include "senders/http/webhook_signature.hpp"
#include "senders/libcurl_race.hpp"

namespace notifier {

/// Where webhooks go, and how. Shared by all transfers, unchanging.
struct WebhookDestination {
  std::string url;                            ///< checked
  std::string host;                           ///< of the URL
  std::string ca_file;                        ///< empty: the system's authorities
  std::vector<std::uint16_t> final_statuses;  ///< of answers after which it is not sent again
  WebhookSigner signer;
  AddressGuard guard;
  boost::asio::any_io_executor executor;  ///< that handlers are called on
};

/// One POST of one notification. Belongs to the loop from its start until `finish` has been called.
class WebhookTransfer {
 public:
  /// `destination` outlives it.
  WebhookTransfer(const WebhookDestination& destination, Notification notification, SendHandler handler);

  /// Sets the options of a fresh handle, except its time-out, which the loop sets. The transfer outlives its use of them. On
  /// the loop's thread.
  void prepare(CURL* handle);

  /// Whether the connection ended before any of the answer came, as happens to one that has been open for a while when its
  /// server is restarted. Says so once. On the loop's thread.
  [[nodiscard]] bool may_begin_again(CURLcode result, CURL* handle);

  /// Of each new connection; no part of the others. On the loop's thread.
  [[nodiscard]] LibcurlRace& race() { return race_; }

  /// Has the sender's handler called. Called once, on the loop's thread. Does not throw.
  void finish(CURLcode result);

 private:
  struct FreeList {
    void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
  };

  static curl_socket_t open_socket(void* transfer, curlsocktype purpose, curl_sockaddr* address);

  void set_header(const std::string& line);
  void set_connection_options(CURL* handle);
  [[nodiscard]] SendResult result_of(CURLcode result);
  [[nodiscard]] std::string fault(CURLcode result) const;

  const WebhookDestination& destination_;
  Notification notification_;
  SendHandler handler_;
  CURL* handle_ = nullptr;  ///< the loop's, from `prepare` to `finish`
  std::string body_;
  std::unique_ptr<curl_slist, FreeList> header_;
  AnswerReader answer_;
  LibcurlRace race_;
  std::array<char, CURL_ERROR_SIZE> detail_{};       ///< of a failure, by libcurl
  std::optional<boost::asio::ip::address> refused_;  ///< an address that may not be connected to
  bool begun_again_ = false;
  bool tried_ = false;  ///< a connection to another one was begun
};

}  // namespace notifier
