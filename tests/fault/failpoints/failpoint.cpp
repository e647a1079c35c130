#include "failpoint/failpoint.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

// The definition that replaces the product's: it obeys NOTIFIER_FAILPOINT=name:kill|delay|error[:n], or several of
// these separated by commas.

namespace notifier {
namespace {

constexpr std::array<std::string_view, 13> names{"request_read",
                                                 "published",
                                                 "confirmed",
                                                 "replied",
                                                 "delivered",
                                                 "claimed",
                                                 "fanned_out",
                                                 "send_begun",
                                                 "send_done",
                                                 "retry_published",
                                                 "dead_letter_published",
                                                 "recorded",
                                                 "acked"};

enum class Action { kill, delay, error };

/// What to do when a failpoint is passed for the n-th time: once.
struct Order {
  std::string_view name;
  Action action;
  unsigned pass;
  std::unique_ptr<std::atomic<unsigned>> passes = std::make_unique<std::atomic<unsigned>>(0);
};

[[noreturn]] void refuse() {
  std::cerr << "NOTIFIER_FAILPOINT must be name:kill|delay|error[:n], with one of the names";
  for (const std::string_view name : names) std::cerr << " " << name;
  std::cerr << std::endl;
  std::_Exit(2);
}

Action action_from(std::string_view text) {
  if (text == "kill") return Action::kill;
  if (text == "delay") return Action::delay;
  if (text == "error") return Action::error;
  refuse();
}

unsigned pass_from(std::string_view text) {
  unsigned pass = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), pass);
  if (error != std::errc{} || end != text.end() || pass == 0) refuse();
  return pass;
}

Order order_from(std::string_view text) {
  const auto first = text.find(':');
  if (first == std::string_view::npos || std::ranges::find(names, text.substr(0, first)) == names.end()) refuse();
  const auto second = text.find(':', first + 1);
  return Order{.name = text.substr(0, first),
               .action = action_from(text.substr(first + 1, second - first - 1)),
               .pass = second == std::string_view::npos ? 1 : pass_from(text.substr(second + 1))};
}

std::vector<Order> read_orders() {
  std::vector<Order> orders;
  const char* variable = std::getenv("NOTIFIER_FAILPOINT");
  if (variable == nullptr) return orders;
  for (const auto part : std::views::split(std::string_view{variable}, ','))
    orders.push_back(order_from({part.begin(), part.end()}));
  return orders;
}

const std::vector<Order> orders = read_orders();

void obey(const Order& order) {
  switch (order.action) {
    case Action::kill:
      std::raise(SIGKILL);
      break;
    case Action::delay:
      std::this_thread::sleep_for(std::chrono::seconds{1});
      break;
    case Action::error:
      throw std::runtime_error{"failpoint " + std::string{order.name}};
  }
}

}  // namespace

void failpoint(std::string_view name) {
  for (const Order& order : orders) {
    if (order.name == name && ++*order.passes == order.pass) obey(order);
  }
}

}  // namespace notifier
