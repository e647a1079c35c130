#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <type_traits>
#include <utility>

namespace notifier {

template <typename Value>
struct CallbackSignature {
  using Type = void(Value);
};

template <>
struct CallbackSignature<void> {
  using Type = void();
};

/// Turns a function that calls back into one that can be awaited: calls `start` with a handler, and completes with what the
/// handler is called with. The handler is to be called once, on the executor of whoever awaits; if it is dropped uncalled,
/// so is the awaiting coroutine.
template <typename Value, typename Start>
[[nodiscard]] boost::asio::awaitable<Value> from_callback(Start start) {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, typename CallbackSignature<Value>::Type>(
      std::move(start), boost::asio::use_awaitable);
}

/// Calls `function` on another executor, and completes with what it returns.
template <typename Function>
[[nodiscard]] boost::asio::awaitable<std::invoke_result_t<Function>> call_on(boost::asio::any_io_executor other,
                                                                             Function function) {
  using Value = std::invoke_result_t<Function>;
  const auto own = co_await boost::asio::this_coro::executor;
  co_return co_await from_callback<Value>([&](auto handler) {
    boost::asio::post(other, [own, function = std::move(function), handler = std::move(handler)]() mutable {
      boost::asio::post(own, [handler = std::move(handler), value = function()]() mutable { handler(std::move(value)); });
    });
  });
}

}  // namespace notifier
