#include "consumer/outcome_log.hpp"

#include <string>

#include "notifier/log.hpp"

namespace notifier {
namespace {

/// What the senders said that were asked before the one that sent it. Empty: none was.
std::string said_before(const std::vector<Send>& sends) {
  std::string text;
  for (const Send& send : sends) {
    if (send.outcome == SendOutcome::sent) continue;
    text.append(text.empty() ? "" : "; ").append(send.sender).append(": ").append(send.text);
  }
  return text;
}

void log_sent(const Outcome& outcome, std::string_view route, unsigned attempt_count) {
  const Send sent = outcome.sends.empty() ? Send{} : outcome.sends.back();
  log::info("notification sent", {{"event_id", outcome.event_id},
                                  {"status", to_string(outcome.status)},
                                  {"attempt", attempt_count},
                                  {"route", route},
                                  {"sender", sent.sender},
                                  {"duration_ms", sent.duration.count()},
                                  {"reply", sent.text},
                                  {"failed_over_from", said_before(outcome.sends)}});
}

}  // namespace

void log_outcome(const Outcome& outcome, std::string_view route, unsigned attempt_count) {
  const std::string_view sender = outcome.sends.empty() ? std::string_view{} : outcome.sends.back().sender;
  if (outcome.status == NotificationStatus::sent) {
    log_sent(outcome, route, attempt_count);
  } else if (outcome.status != NotificationStatus::failed_dlq && !outcome.attempted) {
    log::debug("notification deferred",
               {{"event_id", outcome.event_id}, {"route", route}, {"sender", sender}, {"reason", outcome.error}});
  } else {
    log::warn("notification failed", {{"event_id", outcome.event_id},
                                      {"status", to_string(outcome.status)},
                                      {"attempt", attempt_count},
                                      {"route", route},
                                      {"sender", sender},
                                      {"error", outcome.error}});
  }
}

}  // namespace notifier
