#include "app/senders.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "app/sender_terms.hpp"
#include "senders/http/webhook_sender.hpp"
#include "senders/mail/smtp_sender.hpp"
#include "senders/mock_sender.hpp"
#include "senders/reporting_sender.hpp"
#include "senders/routing_sender.hpp"
#include "templates/mustache_renderer.hpp"

namespace notifier {
namespace {

/// Beyond it, what is deferred sometimes comes back too early, and is deferred again.
constexpr std::chrono::milliseconds longest_guess{std::chrono::minutes{10}};

using MadeSender = std::expected<std::unique_ptr<Sender>, std::string>;

/// Makes the sender of each kind.
struct MakeSender {
  boost::asio::any_io_executor executor;
  std::chrono::milliseconds deadline;

  MadeSender operator()(const MockSettings& mock) const {
    auto made = make_mock_sender(executor, mock.latency, mock.record);
    if (!made) return std::unexpected{"record: " + made.error()};
    return made;
  }
  MadeSender operator()(SmtpSettings smtp) const {
    smtp.deadline = deadline;
    return make_smtp_sender(executor, smtp);
  }
  MadeSender operator()(const WebhookSettings& webhook) const { return make_webhook_sender(executor, webhook); }
};

}  // namespace

std::expected<Senders, std::string> Senders::make(const boost::asio::any_io_executor& executor, const Settings& settings,
                                                  const Routes& routes) {
  Senders senders;
  if (routes.empty()) {
    auto mock = make_mock_sender(executor, settings.sender.mock_latency, settings.sender.mock_record);
    if (!mock) return std::unexpected{"MOCK_RECORD: " + mock.error()};
    senders.sender_ = make_reporting_sender("mock", std::move(*mock));
    return senders;
  }
  auto templates = make_template_renderer(settings.routing.template_dir, routes.all());
  if (!templates) return std::unexpected{std::move(templates.error())};
  senders.templates_ = std::move(*templates);

  SendersByName by_name;
  for (const NamedSender& named : settings.routing.senders) {
    auto made = std::visit(MakeSender{executor, named.deadline}, named.kind);
    if (!made) return std::unexpected{"[senders." + named.name + "]: " + made.error()};
    PacedSender paced = make_paced_sender(executor, std::move(*made), named.pacing, named.name,
                                          std::min(settings.routing.longest_retry_after, longest_guess));
    senders.circuits_.push_back({.sender = named.name, .report = std::move(paced.circuit)});
    by_name.emplace(named.name, RoutedSender{.sender = make_reporting_sender(named.name, std::move(paced.sender)),
                                             .deadline = longest_send(named)});
  }
  senders.sender_ = make_routing_sender(executor, routes, std::move(by_name), *senders.templates_);
  return senders;
}

std::vector<PartState> Senders::circuits() const {
  std::vector<PartState> states;
  states.reserve(circuits_.size());
  for (const Circuit& circuit : circuits_) {
    const CircuitReport report = circuit.report();
    states.push_back({circuit.sender, to_string(report.state), report.open_circuit});
  }
  return states;
}

}  // namespace notifier
