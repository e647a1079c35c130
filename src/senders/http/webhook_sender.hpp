#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <expected>
#include <memory>
#include <string>

#include "notifier/sender.hpp"
#include "notifier/sender_settings.hpp"

namespace notifier {

/// Posts each notification as JSON (`webhook_body`) to one URL, with the headers of the Standard Webhooks specification:
/// `webhook-id` (`webhook_id`), `webhook-timestamp` and, unless there are no secrets, `webhook-signature`.
/// Over HTTP/1.1, or HTTP/2 where TLS negotiates it, on connections that are kept. It connects to public addresses and to
/// those of `settings.allow` only, however the URL names them, and follows no redirect. `meaning_of` says what an answer
/// means; no answer is a transient failure.
///
/// Sends that are under way when it is destroyed fail transiently; the executor must still be there.
///
/// The error is a sentence that says which setting is wrong. It shows no secret.
[[nodiscard]] std::expected<std::unique_ptr<Sender>, std::string> make_webhook_sender(boost::asio::any_io_executor executor,
                                                                                      const WebhookSettings& settings);

}  // namespace notifier
