#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "notifier/sender.hpp"

namespace notifier {

/// Sends nothing: takes `latency`, then logs one line per notification. Fails transiently for a recipient whose address
/// contains `fail`. With `record` it appends one line per send, `<notification id> <attempt>`, to that file when the latency
/// is over. The error is a sentence that says why the file cannot be written.
[[nodiscard]] std::expected<std::unique_ptr<Sender>, std::string> make_mock_sender(boost::asio::any_io_executor executor,
                                                                                   std::chrono::milliseconds latency,
                                                                                   const std::filesystem::path& record);

/// Whether that file could be written, of which nothing is made or changed. The same error.
[[nodiscard]] std::expected<void, std::string> check_mock_record(const std::filesystem::path& record);

}  // namespace notifier
