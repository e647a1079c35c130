#include "consumer/consumer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <future>
#include <utility>

#include "consumer/held_claims.hpp"
#include "consumer/sweeper.hpp"
#include "notifier/log.hpp"

namespace notifier {
namespace {

namespace asio = boost::asio;

// Two batches being claimed, two being recorded, the sweeper, and claims being prolonged.
constexpr std::size_t blocking_threads = 6;

}  // namespace

Consumer::Consumer(Broker& broker, NotificationRepository& repository, const Routes& routes, RetryPolicy policy,
                   PipelineSettings settings)
    : broker_{broker},
      repository_{repository},
      routes_{routes},
      policy_{std::move(policy)},
      settings_{std::move(settings)},
      blocking_{blocking_threads},
      thread_{[this] { context_.run(); }} {}

Consumer::~Consumer() { stop(std::chrono::milliseconds{0}); }

void Consumer::start(Sender& sender) {
  pipeline_.emplace(
      context_.get_executor(), blocking_.get_executor(),
      PipelinePorts{.broker = broker_, .repository = repository_, .sender = sender, .routes = routes_, .clock = *clock_},
      policy_, settings_);
  const std::chrono::milliseconds idle = policy_.longest_delay() + settings_.claim_duration + std::chrono::seconds{1};
  asio::co_spawn(
      context_,
      run_sweeper(blocking_.get_executor(), broker_, repository_, sweeper_state_, *clock_, idle, settings_.prefetch),
      [](std::exception_ptr failure) {
        if (failure) log::error("sweeper ended by an unexpected failure");
      });
  asio::co_spawn(
      context_,
      run_claim_keeper(blocking_.get_executor(), repository_, *clock_, pipeline_->held_claims(), settings_.claim_duration),
      [](std::exception_ptr failure) {
        if (failure) log::error("the keeper of claims ended by an unexpected failure");
      });
  pipeline_->start();
}

bool Consumer::stop(std::chrono::milliseconds grace) {
  if (!thread_.joinable()) return true;
  bool drained = true;
  if (pipeline_) {
    broker_.stop_consuming();
    auto idle = std::make_shared<std::promise<void>>();
    asio::post(context_, [this, idle] { pipeline_->drain([idle] { idle->set_value(); }); });
    drained = idle->get_future().wait_for(grace) == std::future_status::ready;
  }
  context_.stop();
  thread_.join();
  blocking_.join();
  return drained;
}

}  // namespace notifier
