#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "notifier/routes.hpp"
#include "notifier/sender.hpp"
#include "notifier/template_renderer.hpp"

namespace notifier {

struct RoutedSender {
  std::unique_ptr<Sender> sender;
  std::chrono::milliseconds deadline;  ///< that it is given at most
};

/// The senders that routes name, all made with the same executor.
using SendersByName = std::map<std::string, RoutedSender, std::less<>>;

/// Sends each notification on its route, in the words of the route's template, by the first of the route's senders that can.
/// Another sender has its turn when the one before it failed transiently or deferred, while there is time left. A
/// permanent failure ends the attempt. When all have had their turn, it is a transient failure if one of them tried. The
/// result has the sends of all of them.
///
/// Fails permanently when no route takes the event's type, or its template cannot be rendered. `routes` and `templates`
/// outlive the sender, `senders` has all that the routes name. Destroy it when its executor no longer runs.
[[nodiscard]] std::unique_ptr<Sender> make_routing_sender(boost::asio::any_io_executor executor, const Routes& routes,
                                                          SendersByName senders, const TemplateRenderer& templates);

}  // namespace notifier
