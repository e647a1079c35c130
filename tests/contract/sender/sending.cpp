#include "contract/sender/sending.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>
#include <stdexcept>
#include <utility>

#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

constexpr std::chrono::seconds patience{30};

}  // namespace

Sending::Sending(SenderFixture& fixture)
    : fixture_{fixture},
      thread_{[context = context_.get()] { context->run(); }},
      executor_thread_{thread_.get_id()},
      sender_{fixture.make(context_->get_executor())} {}

Sending::~Sending() {
  destroy_sender();
  destroy_executor();
}

void Sending::stop_executor() {
  if (!thread_.joinable()) return;
  context_->stop();
  thread_.join();
}

void Sending::destroy_executor() {
  stop_executor();
  work_.reset();
  context_.reset();
}

void Sending::send(const std::vector<std::string>& event_ids, std::chrono::milliseconds deadline) {
  std::promise<void> begun;
  boost::asio::post(*context_, [&] {
    for (const std::string& id : event_ids) sender_->send(fixture_.notification(id), deadline, next_handler());
    begun.set_value();
  });
  begun.get_future().wait();
}

SendHandler Sending::next_handler() {
  const std::lock_guard lock{mutex_};
  const std::size_t number = outcomes_.size();
  outcomes_.emplace_back();
  return [this, number, share = handlers_](SendResult result) {
    const std::lock_guard outcomes_lock{mutex_};
    ++outcomes_[number].calls;
    outcomes_[number].result = std::move(result);
    if (std::this_thread::get_id() != executor_thread_) all_on_executor_ = false;
  };
}

bool Sending::wait_for_all() const {
  return wait_until([this] { return std::ranges::none_of(calls(), [](unsigned count) { return count == 0; }); }, patience);
}

SendResult Sending::result_of(const std::string& event_id, std::chrono::milliseconds deadline) {
  send({event_id}, deadline);
  if (!wait_for_all()) throw std::runtime_error{"the handler has not been called"};
  return results().back();
}

std::vector<SendResult> Sending::results() const {
  const std::lock_guard lock{mutex_};
  std::vector<SendResult> results;
  for (const Outcome& outcome : outcomes_) {
    if (outcome.result) results.push_back(*outcome.result);
  }
  return results;
}

std::vector<unsigned> Sending::calls() const {
  const std::lock_guard lock{mutex_};
  std::vector<unsigned> calls;
  for (const Outcome& outcome : outcomes_) calls.push_back(outcome.calls);
  return calls;
}

bool Sending::all_on_executor() const {
  const std::lock_guard lock{mutex_};
  return all_on_executor_;
}

std::size_t Sending::handlers_kept() const { return static_cast<std::size_t>(handlers_.use_count()) - 1; }

std::vector<std::string> numbered_event_ids(const std::string& prefix, std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t number = 0; number < count; ++number) ids.push_back(prefix + "-" + std::to_string(number));
  return ids;
}

}  // namespace notifier::testing
