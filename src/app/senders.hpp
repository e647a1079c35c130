#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "notifier/readiness.hpp"
#include "notifier/routes.hpp"
#include "notifier/sender.hpp"
#include "notifier/settings.hpp"
#include "notifier/template_renderer.hpp"
#include "senders/paced_sender.hpp"

namespace notifier {

/// The senders that the settings ask for: with routes, the sender of each `[senders.NAME]`, paced, behind the routes;
/// without, the one that SENDER names.
class Senders {
 public:
  /// `routes` are those of the settings and outlive it. The error is a sentence about a setting or a template. Destroy it
  /// when `executor`, which must run on one thread, runs no more but is still there.
  [[nodiscard]] static std::expected<Senders, std::string> make(const boost::asio::any_io_executor& executor,
                                                                const Settings& settings, const Routes& routes);

  [[nodiscard]] Sender& sender() const { return *sender_; }

  /// Each named sender with the state of its circuit. Any thread.
  [[nodiscard]] std::vector<PartState> circuits() const;

 private:
  struct Circuit {
    std::string sender;
    std::function<CircuitReport()> report;
  };

  std::unique_ptr<TemplateRenderer> templates_;
  std::vector<Circuit> circuits_;
  std::unique_ptr<Sender> sender_;
};

}  // namespace notifier
