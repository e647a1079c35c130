#pragma once

#include <memory>
#include <string>

#include "notifier/sender.hpp"

namespace notifier {

/// Puts into each result what `sender` made of the notification, as a send under this name. Destroy it when the executor of
/// `sender` no longer runs.
[[nodiscard]] std::unique_ptr<Sender> make_reporting_sender(std::string name, std::unique_ptr<Sender> sender);

}  // namespace notifier
