#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "notifier/attempt.hpp"

/// The sends of an attempt as a row keeps them: a JSON array with, for each, an array of the sender, the outcome, the
/// milliseconds that it took and, if there is one, the reply or error. People's SQL may read it.
namespace notifier {

/// What a row is inserted with: no sends yet, as wide as most will be. A row that grows once it is sent splits its page
/// where rows are inserted in order: InnoDB keeps only a sixteenth of a page free (MySQL Reference Manual, "The Physical
/// Structure of an InnoDB Index").
inline constexpr std::string_view no_sends_yet = "[                                      ]";

/// At most 64 KiB of valid UTF-8: long texts are cut, and of very many sends the first ones are left out. Empty if there are
/// none.
[[nodiscard]] std::string stored_sends(const std::vector<Send>& sends);

/// What `stored_sends` made. What is something else, or part of it, is left out.
[[nodiscard]] std::vector<Send> sends_from_stored(std::string_view stored);

/// The sender that was asked last; empty: none was.
[[nodiscard]] std::string last_sender(std::string_view stored);

}  // namespace notifier
