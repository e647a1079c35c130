#include "senders/http/webhook_transfer.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstring>
#include <new>
#include <utility>

#include "notifier/log.hpp"
#include "senders/http/webhook_message.hpp"
#include "senders/libcurl.hpp"

namespace notifier {
namespace {

namespace ip = boost::asio::ip;

std::optional<ip::address> address_of(const curl_sockaddr& socket_address) {
  if (socket_address.family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, &socket_address.addr, sizeof address);
    return ip::address_v4{ntohl(address.sin_addr.s_addr)};
  }
  if (socket_address.family == AF_INET6) {
    // `addr` has the type of the shorter IPv4 address, but as many bytes as `addrlen` says.
    sockaddr_in6 address{};
    std::memcpy(&address, static_cast<const void*>(&socket_address.addr), sizeof address);
    ip::address_v6::bytes_type bytes{};
    std::memcpy(bytes.data(), &address.sin6_addr, bytes.size());
    return ip::address_v6{bytes};
  }
  return std::nullopt;
}

}  // namespace

WebhookTransfer::WebhookTransfer(const WebhookDestination& destination, Notification notification, SendHandler handler)
    : destination_{destination}, notification_{std::move(notification)}, handler_{std::move(handler)} {}

void WebhookTransfer::prepare(CURL* handle) {
  handle_ = handle;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
  body_ = webhook_body(notification_);
  const std::string id = webhook_id(notification_);
  const std::string signatures = destination_.signer.sign(id, now, body_);
  set_header("Content-Type: application/json");
  set_header("Expect:");  // without it, libcurl waits for permission to send a large body
  set_header("webhook-id: " + id);
  set_header("webhook-timestamp: " + std::to_string(now));
  if (!signatures.empty()) set_header("webhook-signature: " + signatures);

  ::curl_easy_setopt(handle, CURLOPT_URL, destination_.url.c_str());
  ::curl_easy_setopt(handle, CURLOPT_POST, 1L);
  ::curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body_.data());
  ::curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.size()));
  ::curl_easy_setopt(handle, CURLOPT_HTTPHEADER, header_.get());
  ::curl_easy_setopt(handle, CURLOPT_USERAGENT, "notifier/" NOTIFIER_VERSION);
  set_connection_options(handle);
  ::curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, detail_.data());
  answer_.attach_to(handle);
}

void WebhookTransfer::set_connection_options(CURL* handle) {
  ::curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  ::curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  ::curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  ::curl_easy_setopt(handle, CURLOPT_PROXY, "");  // a proxy from the environment would bypass the guard
  ::curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  ::curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  if (require_alternative_name(handle) != CURLE_OK) throw std::bad_alloc{};
  if (!destination_.ca_file.empty()) trust_only(handle, destination_.ca_file);
  ::curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &WebhookTransfer::open_socket);
  ::curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, this);
  ::curl_easy_setopt(handle, CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS, 1L);  // the race has waits of its own
}

void WebhookTransfer::set_header(const std::string& line) {
  curl_slist* const longer = ::curl_slist_append(header_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc{};
  if (header_ == nullptr) header_.reset(longer);
}

/// libcurl connects to the very address that it asks a socket for: what is checked here cannot change afterwards.
curl_socket_t WebhookTransfer::open_socket(void* transfer, curlsocktype, curl_sockaddr* address) {
  auto& self = *static_cast<WebhookTransfer*>(transfer);
  const auto checked = address_of(*address);
  if (!checked || !self.destination_.guard.permits(*checked)) {
    self.refused_ = checked.value_or(ip::address{});
    return CURL_SOCKET_BAD;
  }
  self.tried_ = true;
  return self.race_.open(*address);
}

bool WebhookTransfer::may_begin_again(CURLcode result, CURL* handle) {
  constexpr std::array ends_of_connections{CURLE_SEND_ERROR, CURLE_RECV_ERROR,   CURLE_GOT_NOTHING,
                                           CURLE_HTTP2,      CURLE_HTTP2_STREAM, CURLE_PARTIAL_FILE};
  long new_connections = 0;
  ::curl_easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &new_connections);
  const bool ended = std::ranges::find(ends_of_connections, result) != ends_of_connections.end();
  if (begun_again_ || new_connections > 0 || !ended || answer_.has_begun()) return false;
  begun_again_ = true;
  detail_.fill('\0');
  race_.reset();
  return true;
}

void WebhookTransfer::finish(CURLcode result) {
  boost::asio::post(destination_.executor,
                    [handler = std::move(handler_), outcome = result_of(result)]() mutable { handler(std::move(outcome)); });
}

SendResult WebhookTransfer::result_of(CURLcode result) {
  if (const auto answer = answer_.take_answer()) {
    return meaning_of(*answer, destination_.final_statuses, std::chrono::system_clock::now(), destination_.host);
  }
  if (refused_ && !tried_) {
    log::warn("a webhook leads to an address that is not public",
              {{"address", refused_->to_string()}, {"notification_id", notification_.id}});
    // Transient, since the name service may be at fault.
    return TransientFailure{
        "the webhook's address, which the log has, is not public: WEBHOOK_ALLOW must name its network to permit it"};
  }
  return TransientFailure{fault(result)};
}

std::string WebhookTransfer::fault(CURLcode result) const {
  const std::string no_answer = "no answer from " + host_and_port(destination_.url);
  if (result == CURLE_OPERATION_TIMEDOUT) return no_answer + " within the deadline";
  if (result == CURLE_ABORTED_BY_CALLBACK) return no_answer + " before the sender was stopped";
  const std::string why = explained(detail_.data(), destination_.url, handle_, result);
  const bool is_connected = result != CURLE_COULDNT_CONNECT && result != CURLE_COULDNT_RESOLVE_HOST;
  return is_connected ? no_answer + ": " + why : why;
}

}  // namespace notifier
