#pragma once

#include <expected>
#include <string>

namespace notifier {

/// Takes the places of standard streams that are closed, so that no file or socket that is opened later gets one of their
/// numbers and what is written there. Such a stream can be neither read nor written, as if it were closed. Call this before
/// anything else is opened.
void occupy_closed_standard_streams();

/// Whether standard output is a pipe from which nobody reads any more, as `head` leaves it when it has enough.
[[nodiscard]] bool standard_output_has_no_reader();

/// Writes what is left of standard output. The error is a sentence: not all of the output could be written.
[[nodiscard]] std::expected<void, std::string> finish_standard_output();

}  // namespace notifier
