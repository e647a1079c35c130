#include "app/sender_terms.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace notifier {
namespace {

using namespace std::chrono_literals;
using Delays = std::vector<std::chrono::milliseconds>;

// What waits for its turn at a sender is told when that is. With a coarse step all of it would come back in bursts, and the
// sender takes little of a burst.
constexpr std::chrono::milliseconds longest_first_step = 1s;

Delays delays_of(RetryPreset preset, const RetrySettings& usual) {
  switch (preset) {
    case RetryPreset::quick:
      return usual.delays;
    case RetryPreset::webhook:
      return {5s, 5min, 30min, 2h, 5h, 10h, 24h};
    case RetryPreset::mail:
      return {1min, 5min, 30min, 2h, 6h, 12h, 24h};
  }
  std::unreachable();
}

const NamedSender& sender_named(const std::string& name, const Settings& settings) {
  return *std::ranges::find(settings.routing.senders, name, &NamedSender::name);
}

RetryPolicy make_policy(RetrySettings retries, const Settings& settings) {
  return {retries.max_retries, std::move(retries.delays), settings.routing.longest_retry_after, delay_ladder(settings)};
}

}  // namespace

std::chrono::milliseconds longest_send(const NamedSender& sender) {
  constexpr int with_answer_to_text = 3;
  return std::holds_alternative<SmtpSettings>(sender.kind) ? with_answer_to_text * sender.deadline : sender.deadline;
}

RetrySettings retries_of(const NamedSender& sender, const RetrySettings& usual) {
  RetrySettings retries = usual;
  if (!sender.retry_delays.empty()) {
    retries.delays = sender.retry_delays;
  } else if (sender.retry != RetryPreset::quick) {
    retries.delays = delays_of(sender.retry, usual);
    retries.max_retries = static_cast<unsigned>(retries.delays.size());
  }
  if (sender.max_retries) retries.max_retries = *sender.max_retries;
  return retries;
}

Delays delay_ladder(const Settings& settings) {
  Delays ladder = settings.retry.delays;
  for (const NamedSender& sender : settings.routing.senders) {
    ladder.insert(ladder.end(), sender.retry_delays.begin(), sender.retry_delays.end());
  }
  if (std::ranges::min(ladder) > longest_first_step) ladder.push_back(longest_first_step);
  ladder.insert(ladder.end(), {5min, 1h});
  return ladder;
}

std::chrono::milliseconds longest_wait_of(const Settings& settings) {
  std::chrono::milliseconds longest = make_retry_policy(settings).longest_wait();
  for (const NamedSender& sender : settings.routing.senders) {
    longest = std::max(longest, std::ranges::max(retries_of(sender, settings.retry).delays));
  }
  return longest;
}

RetryPolicy make_retry_policy(const Settings& settings) { return make_policy(settings.retry, settings); }

std::map<std::string, SendingTerms, std::less<>> terms_by_route(const Settings& settings) {
  std::map<std::string, SendingTerms, std::less<>> terms;
  for (const Route& route : settings.routing.routes) {
    std::chrono::milliseconds deadline{0};
    for (const std::string& name : route.senders) deadline += longest_send(sender_named(name, settings));
    const NamedSender& first = sender_named(route.senders.front(), settings);
    terms.emplace(route.name,
                  SendingTerms{.retry = make_policy(retries_of(first, settings.retry), settings), .deadline = deadline});
  }
  return terms;
}

}  // namespace notifier
