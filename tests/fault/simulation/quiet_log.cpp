#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>

#include "notifier/log.hpp"

namespace {

/// A run's trace tells more than the log does, and thousands of runs would log a million lines.
class QuietLog : public Catch::EventListenerBase {
 public:
  using EventListenerBase::EventListenerBase;

  void testRunStarting(const Catch::TestRunInfo&) override {
    notifier::log::configure({.level = notifier::LogLevel::error});
  }
  void testRunEnded(const Catch::TestRunStats&) override { notifier::log::shutdown(); }
};

CATCH_REGISTER_LISTENER(QuietLog)

}  // namespace
