#include <cstddef>
#include <string>

#include "bench/drain.hpp"
#include "bench/parts.hpp"
#include "bench/sending.hpp"

namespace notifier::bench {
namespace {

constexpr std::size_t webhooks = 60'000;
constexpr unsigned webhook_connections = 64;
constexpr std::size_t mails = 30'000;
constexpr unsigned mail_connections = 16;

Measurements measure_sending(const std::string& what, std::size_t events,
                             const testing::SenderConfiguration& configuration) {
  const testing::RealServers servers;
  set_up_for_drain(servers);
  const Drain drained = drain(servers, events, settings_with(configuration));
  return {{what + " sent", "events/s", drained.events_per_second},
          {"CPU of consume, " + what, "µs", drained.microseconds_per_event},
          {"peak memory of consume, " + what, "MB", drained.peak_megabytes}};
}

}  // namespace

Measurements measure_webhooks() {
  const WebhookReceiver receiver;
  return measure_sending("webhooks", webhooks, webhooks_to(receiver, webhook_connections));
}

Measurements measure_mail() {
  const MailReceiver receiver;
  return measure_sending("mails", mails, mails_to(receiver, mail_connections));
}

}  // namespace notifier::bench
