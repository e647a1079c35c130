#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "notifier/broker.hpp"
#include "notifier/broker_topology.hpp"

namespace notifier::embedded {

/// A broker of this process alone, its queues in `queue.db` in the data folder, which is made if it is not there. It is
/// ready at once. A message is durable when its publish is answered; deliveries that were not acknowledged come again only
/// when the broker is opened again. While the disk is full or fails, publishes are answered with an error, and it goes on by
/// itself when the disk does. Queue type and mode of the topology mean nothing here.
///
/// A publish that is not taken is answered before `publish` returns, on the caller's thread.
///
/// The error is a sentence that says what is wrong and what to do: the folder cannot be made, is in use by another notifier,
/// holds no queue that this version can read.
[[nodiscard]] std::expected<std::unique_ptr<Broker>, std::string> make_embedded_broker(const std::filesystem::path& data_dir,
                                                                                       const BrokerTopology& topology);

}  // namespace notifier::embedded
