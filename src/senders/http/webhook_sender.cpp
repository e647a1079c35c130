#include "senders/http/webhook_sender.hpp"

#include <curl/curl.h>

#include <string_view>
#include <utility>

#include "base/authorities.hpp"
#include "senders/http/transfer_loop.hpp"
#include "senders/http/webhook_transfer.hpp"
#include "senders/libcurl.hpp"

namespace notifier {
namespace {

class WebhookSender final : public Sender {
 public:
  WebhookSender(WebhookDestination destination, unsigned connections)
      : destination_{std::move(destination)}, connections_{connections}, loop_{{.connections = connections}} {}

  void send(Notification notification, std::chrono::milliseconds deadline, SendHandler handler) override {
    loop_.start(std::make_unique<WebhookTransfer>(destination_, std::move(notification), std::move(handler)), deadline);
  }

  [[nodiscard]] unsigned most_at_a_time() const override { return connections_; }

 private:
  WebhookDestination destination_;
  const unsigned connections_;
  TransferLoop loop_;
};

/// Uses the parser that connects later: another one might see another host.
std::expected<void, std::string> check_url(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&::curl_url_cleanup)> parsed{::curl_url(), ::curl_url_cleanup};
  const CURLUcode result = ::curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0);
  char* part = nullptr;
  std::string scheme;
  if (result == CURLUE_OK && ::curl_url_get(parsed.get(), CURLUPART_SCHEME, &part, 0) == CURLUE_OK) {
    scheme = part;
    ::curl_free(part);
  }
  if (scheme == "https" || scheme == "http") return {};
  return std::unexpected{"the webhook's URL has to begin with https:// or http:// and a host"};
}

}  // namespace

std::expected<std::unique_ptr<Sender>, std::string> make_webhook_sender(boost::asio::any_io_executor executor,
                                                                        const WebhookSettings& settings) {
  auto signer = WebhookSigner::make(settings.secrets);
  if (!signer) {
    return std::unexpected{signer.error() +
                           ". A secret is whsec_ and the base64 of 24 to 64 random bytes: " + "'notifier secret' makes one"};
  }
  auto guard = AddressGuard::make(settings.allow);
  if (!guard) return std::unexpected{"WEBHOOK_ALLOW: " + guard.error()};
  if (const auto checked = check_url(settings.url); !checked) return std::unexpected{checked.error()};
  if (const auto checked = check_authorities(settings.ca_file); !checked) {
    return std::unexpected{"webhook: ca-file: " + checked.error() + "."};
  }
  return std::make_unique<WebhookSender>(WebhookDestination{.url = settings.url,
                                                            .host = host_of(settings.url),
                                                            .ca_file = settings.ca_file.string(),
                                                            .final_statuses = settings.final_statuses,
                                                            .signer = std::move(*signer),
                                                            .guard = std::move(*guard),
                                                            .executor = std::move(executor)},
                                         settings.connections);
}

}  // namespace notifier
