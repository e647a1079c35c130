#include "bench/sending.hpp"

#include <string>

namespace notifier::bench {
namespace {

std::string connections_line(unsigned connections) { return "connections = " + std::to_string(connections); }

std::string mail_table(std::uint16_t port, unsigned connections) {
  return "[senders.mail]\ntype = \"smtp\"\nhost = \"127.0.0.1\"\nport = " + std::to_string(port) +
         "\ntls = \"none\"\nfrom = \"Notifier <notifier@example.com>\"\n" + connections_line(connections) + "\n";
}

}  // namespace

testing::SenderConfiguration webhooks_to(const WebhookReceiver& receiver, unsigned connections) {
  return testing::SenderConfiguration{testing::webhook_table("hooks", receiver.port(), connections_line(connections)) +
                                      testing::route_table("everything", "hooks")};
}

testing::SenderConfiguration mails_to(const MailReceiver& receiver, unsigned connections) {
  return testing::SenderConfiguration{mail_table(receiver.port(), connections) +
                                      testing::route_table("everything", "mail", "template = \"welcome\"")};
}

testing::Environment settings_with(const testing::SenderConfiguration& configuration) {
  return configuration.settings({{"NOTIFIER_CONFIG", configuration.file()}});
}

}  // namespace notifier::bench
