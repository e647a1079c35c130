#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <expected>
#include <memory>
#include <string>

#include "notifier/sender.hpp"
#include "notifier/sender_settings.hpp"

namespace notifier {

/// Sends mail through one server: a notification is one mail (`compose_mail`) to its event's `email`, and `smtp_result` says
/// what its answers mean. An address that mail cannot carry is a permanent failure.
///
/// Has a thread for each of `settings.connections`, with a connection that is opened when it is needed and kept for further
/// mails: libcurl waits for the answer to a mail's text without giving way to other transfers of the same thread. With TLS
/// the certificate is checked, and nothing is sent over a connection that has none. No proxy is used, whatever the
/// environment says.
///
/// A mail is given up when its text has not gone out within `settings.deadline`, or the deadline of its send is over. Sends
/// that are under way when the sender is destroyed fail transiently; the executor must still be there.
///
/// The error is a sentence that says which setting is wrong. It shows no secret.
[[nodiscard]] std::expected<std::unique_ptr<Sender>, std::string> make_smtp_sender(boost::asio::any_io_executor executor,
                                                                                   const SmtpSettings& settings);

}  // namespace notifier
